import NIOCore
import Testing

@testable import SMTP

@Suite("Replies are cut out of what a server sends")
struct SMTPReplyParserTests {
    private func parse(_ text: String) throws(SMTPError) -> [SMTPReply] {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer(string: text)
        var replies: [SMTPReply] = []
        while let reply = try parser.next(from: &buffer) { replies.append(reply) }
        return replies
    }

    @Test func `one line, many lines, no text and bare LF`() throws {
        let text = "220 mx.test ESMTP\r\n250-mx.test\r\n250-SIZE 100\r\n250-\r\n250 8BITMIME\r\n354\r\n250-\n250 \n"
        #expect(
            try parse(text) == [
                SMTPReply(220, "mx.test ESMTP"),
                SMTPReply(250, lines: ["mx.test", "SIZE 100", "", "8BITMIME"]),
                SMTPReply(354, ""),
                SMTPReply(250, lines: ["", ""]),
            ]
        )
    }

    @Test(arguments: UInt64(1)...30)
    func `however the octets are cut, the replies are the same`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var expected: [SMTPReply] = []
        for _ in 0..<20 {
            let lines = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                ["", "Ok", "5.1.1 No", "-", " "].randomElement(using: &generator) ?? ""
            }
            expected.append(SMTPReply(Int.random(in: 200...599, using: &generator), lines: lines))
        }
        var rest = expected.flatMap(\.encoded)[...]
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer()
        var replies: [SMTPReply] = []
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...9, using: &generator))
            rest = rest.dropFirst(piece.count)
            buffer.writeBytes(piece)
            while let reply = try parser.next(from: &buffer) { replies.append(reply) }
        }
        #expect(replies == expected)
    }

    @Test(arguments: [
        "hello\r\n", "25 x\r\n", "250_x\r\n", "650 x\r\n", "100 x\r\n", "250-a\r\n251 b\r\n", "\r\n", "２５０ x\r\n",
        String(repeating: "x", count: 5_000), String(repeating: "250-x\r\n", count: 200),
    ])
    func `what is no reply is a violation`(text: String) {
        let error = #expect(throws: SMTPError.self) { try parse(text) }
        #expect(error?.code == .protocolViolation)
    }

    @Test(arguments: [
        ("5.1.1 No such user", "5.1.1"), ("2.0.0", "2.0.0"), ("4.7.650 x", "4.7.650"), ("3.1.1 x", nil), ("5.1 x", nil),
        ("5.1.1000 x", nil),
        ("", nil), ("Ok 5.1.1", nil),
    ])
    func `the enhanced code is read from the text`(text: String, code: String?) {
        #expect(SMTPReply(550, text).enhancedCode == code)
    }

    @Test func `a reply that is written cannot hold another one`() {
        #expect(String(decoding: SMTPReply(250, "Ok\r\n550 evil").encoded, as: UTF8.self) == "250 Ok550 evil\r\n")
    }
}
