import SMTP
import Testing

@Suite("A message that could break out of its transaction cannot be made")
struct SMTPMessageTests {
    @Test(arguments: [
        "a\nb\r\n", "a\r\n.\nMAIL FROM:<x@y>\r\n", "a\r\n.\rb\r\n", "\n.\r\n", "a\r\r\n", "a\0b\r\n", "a\r", "\n",
        String(repeating: "x", count: 999) + "\r\n",
    ])
    func `bare line ends, NUL and endless lines are refused`(content: String) {
        let error = #expect(throws: SMTPError.self) { try Sink.message(content: content) }
        #expect(error?.code == .invalidMessage)
    }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@b>", "<a@b", "a@b\r\nDATA", "a b@c", "a@b c", "a@b@c", "\"a@b.test", "a\u{0}@b", "a,b@c",
    ])
    func `an address that could end its command is refused`(address: String) {
        let error = #expect(throws: SMTPError.self) { try Sink.message([address]) }
        #expect(error?.code == .invalidMessage)
    }

    @Test(arguments: ["a@b.test", "\"a b>c\"@d.test", "é@ü.test", "a@[127.0.0.1]", "a@[IPv6:::1]"])
    func `a real address is taken`(address: String) throws {
        #expect(try Sink.message([address]).recipients == [address])
    }

    @Test func `a bounce has no sender, a message has a recipient`() throws {
        #expect(try SMTPMessage(sender: "", recipients: ["a@b.test"], content: []).sender == "")
        #expect(throws: SMTPError.self) { try SMTPMessage(sender: "a@b.test", recipients: [], content: []) }
    }
}
