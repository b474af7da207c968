import SMTP
import Testing

@Suite("The server takes mail and nothing that is smuggled", .timeLimit(.minutes(1)))
struct SMTPServerTests {
    private static let envelope = "EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n"

    @Test(arguments: [Int.max, 1, 3])
    func `a pipelined session is answered in order, however it is cut`(pieceSize: Int) async throws {
        try await Sink.run { sink, port in
            let text = Self.envelope + "..\r\n.x\r\nend\r\n.\r\nRSET\r\nNOOP\r\nMAIL FROM:<>\r\nRCPT TO:<e@f.test>\r\nDATA\r\n.\r\nQUIT\r\n"
            let answer = try await RawClient.exchange(port: port, text, pieceSize: pieceSize)
            #expect(RawClient.codes(answer) == [220, 250, 250, 250, 354, 250, 250, 250, 250, 250, 354, 250, 221])
            #expect(sink.messages.map(\.content) == [Array(".\r\nx\r\nend\r\n".utf8), []])
            #expect(sink.messages.map(\.sender) == ["a@b.test", ""])
        }
    }

    @Test(arguments: ["\n.\r\n", "\r\n.\n", "\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "a\nb"])
    func `a bare CR or LF never ends a content, and ends the session`(smuggled: String) async throws {
        try await Sink.run { sink, port in
            let text = Self.envelope + "one" + smuggled + "x\r\nMAIL FROM:<evil@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\ntwo\r\n.\r\n"
            let answer = try await RawClient.exchange(port: port, text)
            #expect(RawClient.codes(answer).last == 521)
            #expect(sink.messages.isEmpty)
        }
    }

    @Test(arguments: ["NOOP\n", "NO\rOP\r\n", "NOOP\0\r\n"])
    func `a command line with a bare CR, LF or NUL ends the session`(line: String) async throws {
        try await Sink.run { _, port in
            let answer = try await RawClient.exchange(port: port, "EHLO x\r\n" + line + "NOOP\r\n")
            #expect(RawClient.codes(answer) == [220, 250, 521])
        }
    }

    @Test func `commands out of order are refused`() async throws {
        try await Sink.run { sink, port in
            let text =
                "MAIL FROM:<a@b>\r\nEHLO x\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL FROM:a@b\r\nMAIL FROM:<a@b>\r\nDATA\r\nRCPT TO:<>\r\nWHAT\r\nEHLO\r\nQUIT\r\n"
            let answer = try await RawClient.exchange(port: port, text)
            #expect(RawClient.codes(answer) == [220, 503, 250, 503, 503, 501, 250, 554, 501, 500, 501, 221])
            #expect(sink.messages.isEmpty)
        }
    }

    @Test func `a content over the limit is read to its end and refused`() async throws {
        var configuration = SMTPServerConfiguration()
        configuration.maximumSize = 1_000
        try await Sink.run(configuration) { sink, port in
            let long = String(repeating: String(repeating: "x", count: 70) + "\r\n", count: 100)
            let endless = String(repeating: "y", count: 200_000) + "\r\n"
            let again = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
            let text = Self.envelope + long + ".\r\n" + again + endless + ".\r\n" + again + "ok\r\n.\r\nQUIT\r\n"
            let answer = try await RawClient.exchange(port: port, text)
            #expect(RawClient.codes(answer) == [220, 250, 250, 250, 354, 552, 250, 250, 354, 552, 250, 250, 354, 250, 221])
            #expect(sink.messages.map(\.content) == [Array("ok\r\n".utf8)])
        }
    }

    @Test func `commands behind STARTTLS that came in the clear are not carried out`() async throws {
        var configuration = SMTPServerConfiguration()
        configuration.tls = Certificate.serverTLS
        try await Sink.run(configuration) { sink, port in
            let answer = try await RawClient.exchange(port: port, "EHLO x\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n")
            #expect(RawClient.codes(answer) == [220, 250, 220])
        }
    }
}
