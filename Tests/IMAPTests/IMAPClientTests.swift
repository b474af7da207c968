import CommTesting
import IMAP
import NIOCore
import NIOPosix
import Testing

@Suite("A mailbox is read over IMAP", .timeLimit(.minutes(2)))
struct IMAPClientTests {
    private func client(
        _ server: TestDovecot,
        security: IMAPConfiguration.Security = .tls,
        _ change: (inout IMAPConfiguration) -> Void = { _ in }
    ) -> IMAPClient {
        var configuration = IMAPConfiguration(
            host: "localhost",
            port: security == .tls ? server.tlsPort : server.plainPort,
            security: security,
            user: TestDovecot.user,
            password: TestDovecot.password
        )
        configuration.trustedCertificates = server.certificate
        change(&configuration)
        return IMAPClient(configuration)
    }

    private func mail(_ number: Int, body: String = "body") -> String { "Subject: m\(number)\r\n\r\n\(body)\r\n" }

    private func text(_ octets: [UInt8]?) -> String? { octets.map { String(decoding: $0, as: UTF8.self) } }

    @Test(arguments: [IMAPConfiguration.Security.tls, .starttls, .none])
    func `mails are found, measured and fetched, and stay unseen`(security: IMAPConfiguration.Security) async throws {
        try await TestDovecot.with { server in
            // A line that looks like the protocol's own must not confuse anybody.
            let tricky = mail(2, body: "A1 OK done\r\n* 1 FETCH (UID 99 RFC822.SIZE 5)\r\n)\r\n{5}")
            try server.deliver([mail(1), tricky, mail(3)])
            let client = client(server, security: security)
            let folder = try await client.examine()
            #expect(folder.messages == 3)
            #expect(folder.uidNext == 4)
            let found = try await client.messages(in: 2...100, of: folder)
            #expect(found == [2, 3])
            #expect(text(try await client.fetch(2, of: folder, limit: 10_000)) == tricky)
            #expect(text(try await client.fetch(2, of: folder, limit: 7)) == "Subject")
            #expect(try await client.fetch(50, of: folder, limit: 100) == nil)
            #expect(try server.flags() == ["", "", ""])
            try server.deliver(mail(4))
            #expect(try await client.examine().uidNext == 5)
            await client.close()
        }
    }

    @Test func `a long list is read in full`() async throws {
        try await TestDovecot.with { server in
            try server.deliver((1...2_000).map { mail($0) })
            let client = client(server)
            let folder = try await client.examine()
            let found = try await client.messages(in: 1...5_000, of: folder)
            #expect(found == Array(1...2_000))
            await client.close()
        }
    }

    @Test func `an answer beyond the limit is refused`() async throws {
        try await TestDovecot.with { server in
            try server.deliver((1...600).map { mail($0) })
            let client = client(server) { $0.longestAnswer = 1_000 }
            let folder = try await client.examine()
            let error = await #expect(throws: IMAPError.self) { try await client.messages(in: 1...500, of: folder) }
            #expect(error?.code == .tooLong)
            #expect(try await client.messages(in: 1...3, of: folder).count == 3)
            await client.close()
        }
    }

    @Test func `mails are marked, moved to a folder that is made, and deleted`() async throws {
        try await TestDovecot.with { server in
            try server.deliver((1...5).map { mail($0) })
            let client = client(server)
            let folder = try await client.examine()
            try await client.markSeen([1, 2], of: folder)
            #expect(try server.flags() == ["", "", "", "S", "S"])
            try await client.move([2, 3], to: "Read", of: folder)
            #expect(try server.flags(in: "Read") == ["", "S"])
            try await client.delete([4, 77], of: folder)
            #expect(try await client.examine().messages == 2)
            #expect(try await client.fetch(5, of: folder, limit: 100) != nil)
            #expect(try server.flags() == ["", "S"])
            await client.close()
        }
    }

    @Test func `a connection that broke is made again`() async throws {
        try await TestDovecot.with { server in
            try server.deliver(mail(1))
            let client = client(server)
            _ = try await client.examine()
            await server.stop()
            // The session may outlive the server's end by a moment.
            var error: IMAPError?
            while error == nil {
                do { _ = try await client.examine() } catch let failure as IMAPError { error = failure }
            }
            #expect(error?.code == .unreachable)
            try await server.start()
            #expect(try await client.examine().messages == 1)
            await client.close()
        }
    }

    @Test func `numbers of before a renumbering are refused`() async throws {
        try await TestDovecot.with { server in
            try server.deliver([mail(1), mail(2)])
            let client = client(server)
            let before = try await client.examine()
            try await server.renumber()
            try await server.start()
            for _ in 0..<2 {
                await #expect(throws: IMAPError.self) { try await client.markSeen([1], of: before) }
            }
            #expect(try await client.examine().uidValidity != before.uidValidity)
            #expect(try server.flags().allSatisfy { $0.isEmpty })
            await client.close()
        }
    }

    @Test func `who is not trusted or not let in is told from who is away`() async throws {
        try await TestDovecot.with { server in
            let codes: [(IMAPError.Code, IMAPClient)] = [
                (.loginRefused, client(server) { $0.password = "wrong" }),
                (.insecure, client(server) { $0.trustedCertificates = nil }),
                (.insecure, client(server, security: .starttls) { $0.trustedCertificates = nil }),
                // The certificate is for another name.
                (.insecure, client(server) { $0.host = "127.0.0.1" }),
                (.unreachable, client(server) { $0.port = 1 }),
                (.refused, client(server) { $0.folder = "Missing" }),
            ]
            for (code, client) in codes {
                let error = await #expect(throws: IMAPError.self) { try await client.examine() }
                #expect(error?.code == code, "\(code)")
                #expect(error?.description.contains("password") != true)
            }
        }
    }

    @Test func `who waits for a server that says nothing can be called back`() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0).get()
        var configuration = IMAPConfiguration(
            host: "127.0.0.1",
            port: server.localAddress?.port ?? 0,
            security: .none,
            user: "u",
            password: "p"
        )
        configuration.commandTimeout = .seconds(100)
        let client = IMAPClient(configuration)
        let waiting = Task { try await client.examine() }
        waiting.cancel()
        let result = await waiting.result
        #expect(throws: (any Error).self) { try result.get() }
        try await server.close()
    }
}
