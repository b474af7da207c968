import CommTesting
import IMAP
import Testing

@Suite("A folder is watched (IDLE)", .timeLimit(.minutes(2)))
struct IMAPWatchTests {
    private func watch(_ server: TestDovecot, security: IMAPConfiguration.Security = .tls, folder: String = "INBOX") -> IMAPWatch {
        var configuration = IMAPConfiguration(
            host: "localhost",
            port: security == .tls ? server.tlsPort : server.plainPort,
            security: security,
            user: TestDovecot.user,
            password: TestDovecot.password
        )
        configuration.trustedCertificates = server.certificate
        configuration.folder = folder
        return IMAPWatch(configuration)
    }

    private func mail(_ number: Int) -> String { "Subject: m\(number)\r\n\r\nbody\r\n" }

    @Test(arguments: [IMAPConfiguration.Security.tls, .starttls, .none])
    func `what comes is heard at once, again and again`(security: IMAPConfiguration.Security) async throws {
        try await TestDovecot.with { server in
            try server.deliver(mail(0))
            let watch = watch(server, security: security)
            try await watch.open()
            #expect(try await watch.wait(upTo: .milliseconds(50)) == false)
            for number in 1...3 {
                let waiting = Task { try await watch.wait(upTo: .seconds(60)) }
                try server.deliver(mail(number))
                #expect(try await waiting.value)
            }
            #expect(try await watch.wait(upTo: .milliseconds(50)) == false)
            await watch.close()
        }
    }

    @Test func `who waits is called back at once`() async throws {
        try await TestDovecot.with { server in
            let watch = watch(server)
            try await watch.open()
            let waiting = Task { try await watch.wait(upTo: .seconds(1_000)) }
            waiting.cancel()
            let result = await waiting.result
            #expect(throws: (any Error).self) { try result.get() }
            await watch.close()
        }
    }

    @Test func `a server that goes away is told of, and found again`() async throws {
        try await TestDovecot.with { server in
            let watch = watch(server)
            try await watch.open()
            let waiting = Task { try await watch.wait(upTo: .seconds(1_000)) }
            await server.stop()
            let result = await waiting.result
            #expect(throws: IMAPError.self) { try result.get() }
            await #expect(throws: IMAPError.self) { try await watch.open() }
            try await server.start()
            try await watch.open()
            let again = Task { try await watch.wait(upTo: .seconds(60)) }
            try server.deliver(mail(1))
            #expect(try await again.value)
            await watch.close()
        }
    }

    @Test func `a server without IDLE, a missing folder and a refused login are told apart`() async throws {
        try await TestDovecot.with(settings: "imap_capability = IMAP4rev1") { server in
            let error = await #expect(throws: IMAPError.self) { try await watch(server).open() }
            #expect(error?.code == .unsupported)
        }
        try await TestDovecot.with { server in
            let missing = await #expect(throws: IMAPError.self) { try await watch(server, folder: "100% Missing").open() }
            #expect(missing?.code == .refused)
            var configuration = IMAPConfiguration(host: "localhost", port: server.tlsPort, security: .tls, user: "x", password: "y")
            configuration.trustedCertificates = server.certificate
            let refused = await #expect(throws: IMAPError.self) { try await IMAPWatch(configuration).open() }
            #expect(refused?.code == .loginRefused)
            configuration.trustedCertificates = nil
            let insecure = await #expect(throws: IMAPError.self) { try await IMAPWatch(configuration).open() }
            #expect(insecure?.code == .insecure)
        }
    }
}
