import SMTP
import Testing

@Suite("A session is set up as configured or not at all", .timeLimit(.minutes(1)))
struct SMTPSessionSetupTests {
    private static let credentials = SMTPConfiguration.Credentials(user: "us\u{e9}r", password: "pass \u{1F511}")

    private func server(_ change: (inout SMTPServerConfiguration) -> Void) -> SMTPServerConfiguration {
        var configuration = SMTPServerConfiguration()
        configuration.tls = Certificate.serverTLS
        change(&configuration)
        return configuration
    }

    private func failure(_ configuration: SMTPConfiguration) async -> SMTPError.Code? {
        do throws(SMTPError) {
            await (try await SMTPConnection.connect(configuration)).close()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `STARTTLS encrypts before the credentials are sent`() async throws {
        let configuration = server { $0.authentication = { $0 == "us\u{e9}r" && $1 == "pass \u{1F511}" } }
        try await Sink.run(configuration) { sink, port in
            let tls = SMTPTLS(.startTLS, trustRoots: Certificate.pem, serverName: "localhost")
            let client = Sink.client(port: port, tls: tls, credentials: Self.credentials)
            let connection = try await SMTPConnection.connect(client)
            _ = await connection.send(try Sink.message())
            await connection.close()
            #expect(sink.messages.map(\.isEncrypted) == [true])
            #expect(sink.messages.map(\.user) == ["us\u{e9}r"])
        }
    }

    @Test func `a certificate that is not trusted, or for another name, ends it`() async throws {
        try await Sink.run(server { _ in }) { sink, port in
            #expect(await failure(Sink.client(port: port, tls: SMTPTLS(.startTLS))) == .tlsFailed)
            let otherName = SMTPTLS(.startTLS, trustRoots: Certificate.pem, serverName: "mail.example.com")
            #expect(await failure(Sink.client(port: port, tls: otherName)) == .tlsFailed)
            let noName = SMTPTLS(.startTLS, trustRoots: Certificate.pem)
            #expect(await failure(Sink.client(port: port, tls: noName)) == .tlsFailed)
            let rightName = SMTPTLS(.startTLS, trustRoots: Certificate.pem, serverName: "localhost")
            #expect(await failure(Sink.client(port: port, tls: rightName)) == nil)
        }
    }

    @Test func `a server without STARTTLS is refused when it is demanded`() async throws {
        try await Sink.run(server { $0.tls = nil }) { _, port in
            #expect(await failure(Sink.client(port: port, tls: SMTPTLS(.startTLS))) == .tlsFailed)
        }
    }

    @Test func `credentials are not sent in the clear unless it is allowed`() async throws {
        let configuration = server { $0.authentication = { $0 == "us\u{e9}r" && $1 == "pass \u{1F511}" } }
        try await Sink.run(configuration) { sink, port in
            var client = Sink.client(port: port, credentials: Self.credentials)
            #expect(await failure(client) == .authenticationUnavailable)
            client.authenticationRequiresTLS = false
            #expect(await failure(client) == nil)
        }
    }

    @Test func `wrong credentials fail, and missing AUTH is said`() async throws {
        try await Sink.run(server { $0.authentication = { _, _ in false } }) { _, port in
            var client = Sink.client(port: port, credentials: Self.credentials)
            client.authenticationRequiresTLS = false
            #expect(await failure(client) == .authenticationFailed)
        }
        try await Sink.run(server { _ in }) { _, port in
            var client = Sink.client(port: port, credentials: Self.credentials)
            client.authenticationRequiresTLS = false
            #expect(await failure(client) == .authenticationUnavailable)
        }
    }

    @Test func `a server that is away, full or silent is told apart`() async throws {
        var policy = SMTPServerPolicy()
        policy.greeting = { .reply(SMTPReply(554, "5.3.2 Closed")) }
        try await Sink.run(policy: policy) { _, port in
            #expect(await failure(Sink.client(port: port)) == .sessionRefused)
        }
        policy.greeting = { .stall }
        try await Sink.run(policy: policy) { _, port in
            var client = Sink.client(port: port)
            client.timeouts.greeting = .milliseconds(50)
            #expect(await failure(client) == .timedOut)
        }
        #expect(await failure(Sink.client(port: 1)) == .connectFailed)
    }
}
