import Testing

@testable import SMTP

@Suite("A transaction says what its commands and answers are")
struct SMTPTransactionTests {
    private static let ok = SMTPReply(250, "Ok")
    private static let go = SMTPReply(354, "Go")
    private static let no = SMTPReply(550, "No")

    private func extensions(_ lines: String...) -> SMTPExtensions {
        SMTPExtensions(SMTPReply(250, lines: ["mx.test"] + lines))
    }

    @Test func `with PIPELINING all commands go out at once`() throws {
        let message = try SMTPMessage(sender: "é@b.test", recipients: ["c@d.test", "e@f.test"], content: Array("ä\r\n".utf8))
        var transaction = SMTPTransaction(message, extensions("PIPELINING", "size 1000", "8BITMIME", "SMTPUTF8"), reset: true)
        #expect(
            transaction.start()
                == "RSET\r\nMAIL FROM:<é@b.test> SIZE=4 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<c@d.test>\r\nRCPT TO:<e@f.test>\r\nDATA\r\n"
        )
        #expect([Self.ok, Self.ok, Self.no, Self.ok].map { transaction.received($0) } == [.wait, .wait, .wait, .wait])
        #expect(transaction.received(Self.go) == .writeContent)
        #expect(transaction.received(Self.ok) == .finish)
        #expect(transaction.result == [.rejected(Self.no), .accepted(Self.ok)])
        #expect(!transaction.needsReset)
    }

    @Test func `without it one command follows the other, and none a hopeless one`() throws {
        let message = try SMTPMessage(sender: "", recipients: ["c@d.test"], content: [])
        var transaction = SMTPTransaction(message, extensions(), reset: false)
        #expect(transaction.start() == "MAIL FROM:<>\r\n")
        #expect(transaction.received(Self.ok) == .write("RCPT TO:<c@d.test>\r\n"))
        #expect(transaction.received(Self.no) == .finish)
        #expect(transaction.result == [.rejected(Self.no)])
        #expect(transaction.needsReset)
    }

    @Test func `a server that wants a content for nobody gets an empty one`() throws {
        var transaction = SMTPTransaction(try Sink.message(), extensions("PIPELINING"), reset: false)
        _ = transaction.start()
        #expect([Self.ok, Self.no, Self.go].map { transaction.received($0) } == [.wait, .wait, .writeEmptyContent])
        #expect(!transaction.isHandedOver)
        #expect(transaction.received(Self.ok) == .finish)
        #expect(transaction.result == [.rejected(Self.no)])
    }

    @Test(arguments: UInt64(1)...100)
    func `whatever is answered and whenever it ends, every recipient has an outcome and none is called unknown too early`(seed: UInt64)
        throws
    {
        var generator = SeededGenerator(seed: seed)
        let recipients = (0..<Int.random(in: 1...5, using: &generator)).map { "r\($0)@x.test" }
        let offered = Bool.random(using: &generator) ? extensions("PIPELINING") : extensions()
        var transaction = SMTPTransaction(try Sink.message(recipients), offered, reset: Bool.random(using: &generator))
        _ = transaction.start()
        let replies = [Self.ok, Self.no, Self.go, SMTPReply(451, "Later"), SMTPReply(220, "?")]
        var isFinished = false
        for _ in 0..<Int.random(in: 0...12, using: &generator) where !isFinished {
            isFinished = transaction.received(replies.randomElement(using: &generator) ?? Self.ok) == .finish
        }
        let wasHandedOver = transaction.isHandedOver
        if !isFinished { transaction.abort(SMTPError(.connectionClosed, "gone")) }
        #expect(transaction.result.count == recipients.count)
        for outcome in transaction.result {
            if case .unknown = outcome { #expect(wasHandedOver) }
            if case .accepted = outcome { #expect(isFinished && wasHandedOver) }
        }
    }
}
