import NIOCore
import NIOPosix

/// Says exactly the given octets to a server.
enum RawClient {
    /// What a server answers before it closes the connection; the octets go out in pieces of the given size.
    static func exchange(port: Int, _ text: String, pieceSize: Int = .max) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(pieceSize)
                rest = rest.dropFirst(piece.count)
                // The server may have closed already; what it said before is still read.
                do { try await outbound.write(ByteBuffer(bytes: piece)) } catch { break }
            }
            var answer = ""
            do {
                for try await bytes in inbound { answer += String(buffer: bytes) }
            } catch is IOError {
                return answer
            }
            return answer
        }
    }

    /// The codes of the lines that end a reply.
    static func codes(_ answer: String) -> [Int] {
        answer.utf8.split(separator: 10).compactMap { line in
            line.dropFirst(3).first == UInt8(ascii: "-") ? nil : Int(String(decoding: line.prefix(3), as: UTF8.self))
        }
    }
}
