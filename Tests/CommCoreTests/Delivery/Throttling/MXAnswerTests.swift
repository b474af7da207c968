import CommTesting
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import CommCore

@Suite("DNS answers about mail exchangers")
struct MXAnswerTests {
    /// A question for the domain and answers whose hosts end in a compressed name.
    static func answer(_ domain: String, _ exchangers: [(Int, String)], id: [UInt8] = [0, 1]) -> [UInt8] {
        func name(_ text: String) -> [UInt8] {
            text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        }
        var bytes = id + [0x81, 0x80, 0, 1, 0, UInt8(exchangers.count), 0, 0, 0, 0] + name(domain) + [0, 0, 15, 0, 1]
        for (preference, host) in exchangers {
            let isBelow = host.hasSuffix("." + domain)
            let labels = name(isBelow ? String(host.dropLast(domain.count + 1)) : host) + (isBelow ? [0xC0, 12] : [0])
            bytes +=
                [0xC0, 12, 0, 15, 0, 1, 0, 0, 1, 0, 0, UInt8(labels.count + 2), UInt8(preference >> 8), UInt8(preference & 255)] + labels
        }
        return bytes
    }

    @Test("hosts come in the order of their preference, compressed names too, and a null MX is none")
    func reading() {
        let bytes = Self.answer("firm.example", [(300, "b.firm.example"), (10, "ASPMX.l.google.com"), (20, "a.firm.example")])
        #expect(MXAnswer.exchangers(in: bytes) == ["aspmx.l.google.com", "a.firm.example", "b.firm.example"])
        #expect(MXAnswer.exchangers(in: Self.answer("firm.example", [(0, "")])) == [])
        #expect(MXAnswer.exchangers(in: []) == nil)
    }

    @Test("broken answers are refused or read, and never more", arguments: 0..<4)
    func broken(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = Self.answer("firm.example", [(300, "b.firm.example"), (10, "aspmx.l.google.com")])
        for length in whole.indices { #expect(MXAnswer.exchangers(in: Array(whole.prefix(length))) == nil) }
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(MXAnswer.exchangers(in: bytes).map { $0.allSatisfy { $0.utf8.count <= 1_024 } } ?? true)
        }
        // A name that points to itself.
        var loop = whole
        (loop[12], loop[13]) = (0xC0, 12)
        #expect(MXAnswer.exchangers(in: loop) == nil)
    }
}

@Suite("The system's resolver")
struct SystemMXLookupTests {
    /// Answers every question about mail exchangers, and says of names below `gone.example` that there are none.
    private final class NameServer: ChannelInboundHandler, Sendable {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let question = unwrapInboundIn(data)
            let bytes = Array(question.data.readableBytesView)
            guard bytes.count > 16 else { return }
            let id = Array(bytes.prefix(2))
            let isGone = bytes.dropFirst(12).starts(with: [4] + Array("gone".utf8))
            // What is answered repeats the question.
            var answer =
                isGone
                ? id + [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0] + bytes.dropFirst(12)
                : MXAnswerTests.answer(
                    "firm.example",
                    [(20, "mx.firm.example"), (10, "aspmx.l.google.com")],
                    id: id
                )
            if isGone { answer[11] = 0 }
            context.writeAndFlush(
                wrapOutboundOut(AddressedEnvelope(remoteAddress: question.remoteAddress, data: ByteBuffer(bytes: answer))),
                promise: nil
            )
        }
    }

    @Test("it asks the name server, and a name without mail exchangers is an answer")
    func asking() async throws {
        let server = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { $0.pipeline.addHandler(NameServer()) }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(try #require(server.localAddress?.port))
        let lookup = SystemMXLookup(localPort: port)
        #expect(try await lookup.exchangers(of: "firm.example") == ["aspmx.l.google.com", "mx.firm.example"])
        #expect(try await lookup.exchangers(of: "gone.example") == [])
        try await server.close()
    }
}
