import MIME
import Testing

@Suite("Headers carry any text and nothing else")
struct MailHeaderTests {
    @Test(arguments: ["\r", "\n", "\r\n", "\0", "\u{7}", "\u{7F}", "\u{1B}"])
    func `control characters are refused wherever text goes in`(control: String) throws {
        let evil = "a\(control)Bcc: x@y.test"
        #expect(throws: MIMEError(.forbiddenCharacter, field: "Subject")) { try MailFixture.message(subject: evil) }
        #expect(throws: MIMEError(.forbiddenCharacter, field: "X-Name")) { try MailHeader("X-Name", evil) }
        #expect(throws: MIMEError(.forbiddenCharacter, field: "List-ID")) { try MailHeader("List-ID", evil) }
        #expect(throws: MIMEError(.forbiddenCharacter, field: "display name")) { try Mailbox(displayName: evil, address: "a@b.test") }
        #expect(throws: MIMEError(.invalidAddress, field: "address")) { try Mailbox(address: "a\(control)@b.test") }
        #expect(throws: MIMEError.self) { try MailHeader("X\(control)Y", "v") }
    }

    @Test(arguments: ["", "A B", "A:", "Ä", "A\r\n"])
    func `a name that is none is refused`(name: String) {
        #expect(throws: MIMEError(.invalidHeaderName, field: "header name")) { try MailHeader(name, "v") }
    }

    @Test func `fields made of tokens are folded, never encoded`() throws {
        let url = "<https://track.test/t/u/\(String(repeating: "a", count: 300))?x==?utf-8?Q?y?=>"
        let header = try MailHeader("List-Unsubscribe", "\(url), <mailto:u@x.test>")
        let mail = try MailFixture.message(headers: [header]).encoded()
        #expect(MailFixture.lines(mail).contains(" \(url),"))
        #expect(try MIMEParser().parse(mail).headers["list-unsubscribe"] == "\(url), <mailto:u@x.test>")
        #expect(throws: MIMEError(.notASCII, field: "List-ID")) { try MailHeader("List-ID", "Ä <l.x.test>") }
        #expect(throws: MIMEError(.tooLong, field: "References")) {
            try MailHeader("References", "<" + String(repeating: "a", count: 1000) + "@x>")
        }
    }

    @Test func `an address field with a name outside ASCII is encoded around the address`() throws {
        let mail = try MailFixture.message(headers: [MailHeader("Reply-To", "Jörg Meier <j@x.test>")]).encoded()
        #expect(MailFixture.lines(mail).contains("Reply-To: =?utf-8?Q?J=C3=B6rg_Meier?= <j@x.test>"))
    }

    @Test(arguments: UInt64(1)...200)
    func `any text is parsed back to exactly what was written`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let subject = generator.headerText()
        let value = generator.headerText(maximumPieces: 120)
        let fromName = generator.headerText(maximumPieces: 8).filter { $0 != "\t" }
        let toName = generator.headerText(maximumPieces: 8).filter { $0 != "\t" }
        let from = try Mailbox(displayName: fromName, address: "me@shop.test")
        let to = try Mailbox(displayName: toName, address: "\"a <b\"@c.test")
        let mail = try MailFixture.message(from: from, to: [to], subject: subject, headers: [MailHeader("X-Any", value)]).encoded()

        let headers = try MIMEParser().parse(mail).headers
        #expect(
            headers.fields.map(\.name) == [
                "From", "To", "Subject", "Date", "Message-ID", "X-Any", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
            ]
        )
        #expect(headers["Subject"].map { Array($0.utf8) } == Array(subject.utf8))
        #expect(headers["X-Any"].map { Array($0.utf8) } == Array(value.utf8))
        #expect(headers["Message-ID"] == "<1@shop.test>")
        try expect(headers["From"], isMailbox: from)
        try expect(headers["To"], isMailbox: to)
        for line in MailFixture.lines(mail) { #expect(line.utf8.count <= 998) }
    }

    private func expect(_ value: String?, isMailbox mailbox: Mailbox) throws {
        let value = try #require(value)
        #expect(value.hasSuffix(mailbox.displayName == nil ? mailbox.address : "<\(mailbox.address)>"))
        guard let name = mailbox.displayName else { return }
        // The parser has undone encoded words, so that only a quoted name still has to be unquoted.
        let phrase = value.dropLast(mailbox.address.count + 2).dropLast()
        let isQuoted =
            name.utf8.allSatisfy { (32...126).contains($0) } && phrase.hasPrefix("\"") && phrase.hasSuffix("\"") && phrase != name
        let shown = isQuoted ? try #require(try Mailbox.parse(value).displayName) : String(phrase)
        #expect(Array(shown.utf8) == Array(name.utf8))
    }

    @Test func `long text is folded at 78 octets where it can be`() throws {
        let subject = Array(repeating: "seven77", count: 40).joined(separator: " ")
        let lines = MailFixture.lines(try MailFixture.message(subject: subject).encoded())
        #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    }
}
