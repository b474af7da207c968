import CommCore
import CommTesting
import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import comm_api

/// When connections of tracked links end: a server of its own, whose store can be held.
@Suite("Connections of tracked links")
struct TrackingConnectionTests {
    /// A store that says when it was asked, and keeps nothing until it is told to.
    private struct HeldStore: Sendable {
        let asked = Signal(of: Void.self)
        let go = Signal(of: Void.self)

        func keep(_: [TrackingInbox.Entry]) async throws {
            asked.fire()
            try await go.wait(timeout: .seconds(30), "the store's release")
        }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func serve(
        _ store: HeldStore,
        idleTimeout: TimeAmount,
        _ body: @Sendable @escaping (Int) async throws -> Void
    ) async throws {
        let recorder = ClickRecorder(
            inbox: { try await store.keep($0) },
            spool: { _ in },
            patience: .seconds(60),
            logger: Self.logger
        )
        let key = try LinkTokenKey(secret: APIClient.signingSecret)
        let handler: @Sendable () -> TrackingHandler = {
            TrackingHandler(
                links: TrackedLinks(verifier: LinkTokenVerifier(keys: [key]), time: Self.time),
                recorder: recorder,
                metrics: TrackingMetrics(),
                dates: HTTPDates(),
                idleTimeout: idleTimeout
            )
        }
        var server = Application(
            router: Router(),
            server: HTTPServerBuilder { responder in
                TrackedChannel(base: HTTP1Channel(responder: responder, configuration: .init(idleTimeout: nil)), makeHandler: handler)
            },
            logger: Self.logger
        )
        server.addServices(recorder)
        try await server.test(.live) { client in try await body(try #require(client.port)) }
    }

    private static var request: String {
        get throws {
            let subject = LinkTokenSubject(tenantID: UUID(), campaignID: UUID(), contactID: UUID(), messageID: UUID())
            let token = try APIClient.signer().clickToken(for: subject, index: 0, url: "https://shop.example/", issuedAt: time.now)
            return "GET /c/\(token) HTTP/1.1\r\nHost: x\r\n\r\n"
        }
    }

    /// Sends text, if any, and reads until the other end closes.
    private static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
            var answer = ""
            for try await bytes in inbound { answer += String(buffer: bytes) }
            return answer
        }
    }

    private static func isAdmitted(port: Int) async -> Bool {
        let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port)
        guard let channel = try? await connecting.get() else { return false }
        try? await channel.close()
        return true
    }

    @Test("a connection on which nothing happens is closed; one that waits for its answer is not, and gets it", .timeLimit(.minutes(5)))
    func idle() async throws {
        let store = HeldStore()
        try await serve(store, idleTimeout: .seconds(2)) { port in
            let waiting = Task { try await Self.exchange(try Self.request, port: port) }
            try await store.asked.wait()
            // By then the waiting one has been silent for longer than the time that is allowed.
            for _ in 0..<2 { #expect(try await Self.exchange("", port: port).isEmpty) }
            store.go.fire()
            let answer = try await waiting.value
            #expect(answer.hasPrefix("HTTP/1.1 302") && answer.contains("https://shop.example/"), "\(answer)")
        }
    }

    @Test("a server that stops gives the answer that is due first, and closes then", .timeLimit(.minutes(5)))
    func stop() async throws {
        let store = HeldStore()
        let answers = Signal(of: String.self)
        try await serve(store, idleTimeout: .seconds(60)) { port in
            Task { answers.fire((try? await Self.exchange(try Self.request, port: port)) ?? "broken off") }
            try await store.asked.wait()
            // When nobody is admitted any more the stop is under way: only then the click is kept.
            Task {
                try await waitUntil("the server admits nobody") { await !Self.isAdmitted(port: port) }
                store.go.fire()
            }
        }
        let answer = try await answers.wait()
        #expect(answer.hasPrefix("HTTP/1.1 302") && answer.contains("https://shop.example/"), "\(answer)")
    }
}
