import CommTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Synchronization

/// A connection of its own to an event stream, of which a test sees each byte, and which it reads when it likes.
final class RawStream: Sendable {
    private let channel: any Channel
    private let kept: Kept

    /// What came so far.
    private final class Kept: Sendable {
        let text = Mutex("")
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let kept: Kept

        init(_ kept: Kept) {
            self.kept = kept
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            kept.text.withLock { $0 += text }
        }
    }

    /// Asks for a stream.
    ///
    /// - Parameter reads: whether what comes is read; else the connection fills up.
    init(_ client: APIClient, _ path: String, reads: Bool) async throws {
        let kept = Kept()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.socketOption(.so_rcvbuf), value: 16_384)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Reader(kept)) }
            }
            .connect(host: "127.0.0.1", port: client.http.port ?? 0).get()
        self.kept = kept
        var head = "GET \(path) HTTP/1.1\r\nHost: x\r\n"
        for field in client.credential { head += "\(field.name.rawName): \(field.value)\r\n" }
        try await channel.writeAndFlush(ByteBuffer(string: head + "\r\n"))
        // One look shows that it has begun.
        if !reads { channel.read() }
        try await waitUntil(timeout: .seconds(30), "the stream to begin") { self.text.hasPrefix("HTTP/1.1 200") }
    }

    /// What came so far, as it came.
    var text: String { kept.text.withLock { $0 } }

    /// Reads what is left, and waits for the server to close.
    func rest() async throws -> String {
        // It may be closed already.
        try? await channel.setOption(.autoRead, value: true).get()
        channel.read()
        try? await channel.closeFuture.get()
        return text
    }

    /// The body of an answer in chunks, and whether it came to its end.
    static func body(_ answer: String) -> (text: String, isWhole: Bool) {
        var rest = Array(answer.utf8)[...]
        guard let start = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return ("", false) }
        rest = rest[start.upperBound...]
        var body: [UInt8] = []
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            guard let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) else { break }
            if size == 0 { return (String(decoding: body, as: UTF8.self), true) }
            let end = line.upperBound + size
            guard end + 2 <= rest.endIndex else { break }
            body += rest[line.upperBound..<end]
            rest = rest[(end + 2)...]
        }
        return (String(decoding: body, as: UTF8.self), false)
    }
}
