import CommTesting
import Foundation
import NIOSSL
import Postgres
import Testing

@testable import CommCore

@Suite("Webhooks over TLS, to the address that was checked", .database)
struct WebhookTLSTests {
    private static let host = "hooks.example.com"
    private static let names = WebhookBench.Names(known: [host: ["127.0.0.1"]])

    /// As in production, but for one address of this host.
    private func policy(_ port: Int) throws -> TargetPolicy {
        TargetPolicy(targets: .public, ports: [port], exceptions: [try #require(IPAddress("127.0.0.1"))])
    }

    private func trusting(_ authority: TestAuthority) throws -> NIOSSLTrustRoots {
        .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.pem.utf8)))
    }

    @Test("the name is shown, the certificate is compared with the name, and the address is called")
    func named() async throws {
        let bench = try await WebhookBench()
        let authority = try await TestAuthority()
        let certificate = try await authority.certificate(for: ["DNS:\(Self.host)"])
        let server = try await StubServer.start(certificate: certificate) { _ in .answer(200, "") }
        let made = try await bench.endpoint("https://\(Self.host):\(server.port)/hook")
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher(names: Self.names, policy: policy(server.port), authorities: trusting(authority)))
        #expect(try await bench.attempts(made.endpoint.id).map(\.outcome) == ["delivered"])
        #expect(server.greetings == [Self.host])
        #expect(server.requests.map { $0.headers["host"] } == ["\(Self.host):\(server.port)"])
        try await server.close()
    }

    @Test("an address without a name needs a certificate for the address")
    func literal() async throws {
        let bench = try await WebhookBench()
        let authority = try await TestAuthority()
        let certificate = try await authority.certificate(for: ["IP:127.0.0.1"])
        let server = try await StubServer.start(certificate: certificate) { _ in .answer(200, "") }
        let made = try await bench.endpoint("https://127.0.0.1:\(server.port)/")
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher(policy: policy(server.port), authorities: trusting(authority)))
        #expect(try await bench.attempts(made.endpoint.id).map(\.outcome) == ["delivered"])
        #expect(server.greetings == [nil])
        try await server.close()
    }

    @Test(
        "whoever shows another certificate is told nothing",
        arguments: [
            (["DNS:other.example.com"], false, true, "another host"), (["DNS:*.hooks.example.com"], false, true, "another host"),
            // Good for the address, which says nothing of the name.
            (["IP:127.0.0.1"], false, true, "another host"), (["IP:127.0.0.1", "DNS:other.example.com"], false, true, "another host"),
            (["DNS:hooks.example.com"], true, true, "not valid"), (["DNS:hooks.example.com"], false, false, "known authority"),
        ]
    )
    func refused(names: [String], isOver: Bool, isKnown: Bool, reason: String) async throws {
        let bench = try await WebhookBench()
        let authority = try await TestAuthority()
        let certificate = try await authority.certificate(for: names, isOver: isOver)
        let server = try await StubServer.start(certificate: certificate) { _ in .answer(200, "") }
        let made = try await bench.endpoint("https://\(Self.host):\(server.port)/")
        try await bench.record([.delivered])
        let known = try isKnown ? trusting(authority) : .default
        try await bench.drain(bench.dispatcher(names: Self.names, policy: policy(server.port), authorities: known))
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.count == 1 && attempts[0].outcome == "failed" && attempts[0].status == nil)
        #expect(attempts[0].error?.contains(reason) == true, "\(attempts[0].error ?? "")")
        #expect(server.requests.isEmpty)
        try await server.close()
    }

    @Test("a name in a certificate is a host's, or that of all hosts of one domain")
    func names() {
        for (name, host) in [
            ("a.example.com", "A.example.com"), ("*.example.com", "a.example.com"), ("*.Example.com", "xn--mnchen-3ya.example.com"),
        ] {
            #expect(CertificateNames.fits(name, host: host), "\(name) \(host)")
        }
        for (name, host) in [
            ("example.com", "a.example.com"), ("*.example.com", "example.com"), ("*.example.com", "a.b.example.com"), ("*", "a"),
            ("*.com", ".com"), ("*.example.com", ".example.com"), ("", "a"), ("a*.example.com", "ab.example.com"),
        ] {
            #expect(!CertificateNames.fits(name, host: host), "\(name) \(host)")
        }
    }

    @Test(
        "a delivery service has to show a certificate for its name before it is told a key",
        arguments: [(["DNS:localhost"], true), (["IP:127.0.0.1"], false), (["IP:127.0.0.1", "DNS:other.example.com"], false)]
    )
    func provider(names: [String], isGood: Bool) async throws {
        let authority = try await TestAuthority()
        let certificate = try await authority.certificate(for: names)
        let server = try await StubServer.start(certificate: certificate) { _ in .answer(200, "{}") }
        let exchange = HTTPExchange(connections: 1, timeout: .seconds(10), authorities: try trusting(authority))
        let request = ProviderRequest(url: "https://localhost:\(server.port)/", headers: [], body: [1])
        let outcome = await exchange.send(request)
        await exchange.close()
        switch outcome {
        case .answered(let answer): #expect(isGood && answer.status == 200)
        case .notSent(let reason): #expect(!isGood && reason == "the certificate is of another host")
        case .lost(let reason): Issue.record("\(reason)")
        }
        #expect(server.requests.count == (isGood ? 1 : 0))
        try await server.close()
    }

    @Test("a redirect is followed nowhere", arguments: [301, 302, 303, 307, 308])
    func redirected(status: Int) async throws {
        let bench = try await WebhookBench()
        let authority = try await TestAuthority()
        let inside = try await StubServer.start { _ in .answer(200, "") }
        let server = try await StubServer.start(certificate: try await authority.certificate(for: ["DNS:\(Self.host)"])) { _ in
            .answer(status, [("Location", inside.base + "/admin")], "")
        }
        let made = try await bench.endpoint("https://\(Self.host):\(server.port)/")
        try await bench.record([.delivered])
        try await bench.drain(bench.dispatcher(names: Self.names, policy: policy(server.port), authorities: trusting(authority)))
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.map(\.error) == ["answered \(status); redirects are not followed"])
        #expect(server.requests.count == 1 && inside.requests.isEmpty && inside.greetings.isEmpty)
        for server in [server, inside] { try await server.close() }
    }

    @Test("a name that changes after it was checked leads nowhere else, not even for a new connection")
    func rebound() async throws {
        let bench = try await WebhookBench()
        let authority = try await TestAuthority()
        let certificate = try await authority.certificate(for: ["DNS:\(Self.host)"])
        // Each request needs a connection of its own.
        let server = try await StubServer.start(certificate: certificate) { _ in .answer(200, [("Connection", "close")], "") }
        let inside = try await StubServer.start(on: "127.0.0.2", port: server.port, certificate: certificate) { _ in .answer(200, "") }
        let names = WebhookBench.ChangingNames([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]])
        let made = try await bench.endpoint("https://\(Self.host):\(server.port)/")
        let dispatcher = try bench.dispatcher(names: names, policy: policy(server.port), authorities: trusting(authority))
        try await bench.record([.sent, .delivered, .clicked])
        #expect(try await dispatcher.runOnce() == 1)
        #expect(server.requests.count == 3 && server.greetings.count == 3 && names.left == 2)
        // The next two looks find what is not allowed, alone and beside what is.
        try await bench.record([.opened])
        for left in [1, 0] {
            bench.time.advance(by: 60)
            #expect(try await dispatcher.runOnce() == 1)
            #expect(names.left == left)
        }
        let attempts = try await bench.attempts(made.endpoint.id)
        #expect(attempts.suffix(2).allSatisfy { $0.error == "the host leads to an address that is not public" } && attempts.count == 5)
        #expect(server.requests.count == 3 && inside.requests.isEmpty && inside.greetings.isEmpty)
        for server in [server, inside] { try await server.close() }
    }
}
