import SMTP
import Testing

@Suite("What is sent is what arrives", .timeLimit(.minutes(1)))
struct SMTPTransferTests {
    @Test func `an envelope and a content arrive as given`() async throws {
        try await Sink.run { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            let outcomes = await connection.send(try Sink.message(["a@b.test", "\"x y\"@c.test"]))
            await connection.close()

            #expect(outcomes == Array(repeating: .accepted(SMTPReply(250, "2.0.0 Ok: queued")), count: 2))
            let message = try #require(sink.messages.first)
            #expect(message.sender == "me@shop.test")
            #expect(message.recipients == ["a@b.test", "\"x y\"@c.test"])
            #expect(message.content == Array("Subject: x\r\n\r\nHi\r\n".utf8))
            #expect(!message.isEncrypted)
        }
    }

    @Test(arguments: [true, false], UInt64(1)...20)
    func `any lines survive dot-stuffing, message after message on one connection`(pipelining: Bool, seed: UInt64) async throws {
        var configuration = SMTPServerConfiguration()
        configuration.offersPipelining = pipelining
        try await Sink.run(configuration) { sink, port in
            var generator = SeededGenerator(seed: seed)
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            var expected: [[UInt8]] = []
            for _ in 0..<5 {
                let content = Self.lines(&generator)
                expected.append(Array(content.utf8))
                let outcomes = await connection.send(try Sink.message(content: content))
                #expect(outcomes == [.accepted(SMTPReply(250, "2.0.0 Ok: queued"))])
            }
            await connection.close()
            #expect(sink.messages.map(\.content) == expected)
            #expect(sink.connections == 1)
        }
    }

    private static func lines(_ generator: inout SeededGenerator) -> String {
        let pieces = [".", "..", "", "a", ".a", "QUIT", "RSET", "DATA", "é", " ", String(repeating: "x.", count: 400)]
        let count = Int.random(in: 1...200, using: &generator)
        return (0..<count).map { _ in (pieces.randomElement(using: &generator) ?? "") + "\r\n" }.joined()
    }

    @Test func `a content of many packets arrives whole`() async throws {
        let content = String(repeating: "." + String(repeating: "0123456789", count: 90) + "\r\n", count: 6_000)
        try await Sink.run { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            _ = await connection.send(try Sink.message(content: content))
            await connection.close()
            let isSame = sink.messages.map(\.content) == [Array(content.utf8)]
            #expect(isSame)
        }
    }

    @Test func `a content without a last line end gets one`() async throws {
        try await Sink.run { sink, port in
            let connection = try await SMTPConnection.connect(Sink.client(port: port))
            _ = await connection.send(try Sink.message(content: "a\r\n.b"))
            await connection.close()
            #expect(sink.messages.map(\.content) == [Array("a\r\n.b\r\n".utf8)])
        }
    }
}
