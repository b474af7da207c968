import FoundationEssentials
import MIME
import Testing

@Suite("A mail is written as RFC 5322 octets")
struct MailMessageTests {
    @Test func `the whole form of an alternative mail`() throws {
        let message = try MailFixture.message(
            from: Mailbox(displayName: "Shop Ltd.", address: "me@shop.test"),
            to: [Mailbox(displayName: "Jörg Meier", address: "j@b.test")],
            subject: "Grüße",
            headers: [MailHeader("List-Unsubscribe", "<https://x.test/u/1>, <mailto:u@x.test>")],
            body: .alternative(text: Array("Hällo dear all\nYou".utf8), html: Array("<p>You</p>\r\n".utf8))
        )
        #expect(
            MailFixture.lines(message.encoded()) == [
                "From: \"Shop Ltd.\" <me@shop.test>",
                "To: =?utf-8?Q?J=C3=B6rg_Meier?= <j@b.test>",
                "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
                "Date: Sat, 21 Nov 2026 01:23:18 +0000",
                "Message-ID: <1@shop.test>",
                "List-Unsubscribe: <https://x.test/u/1>, <mailto:u@x.test>",
                "MIME-Version: 1.0",
                "Content-Type: multipart/alternative;",
                " boundary=\"=_b1\"",
                "",
                "--=_b1",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "H=C3=A4llo dear all",
                "You",
                "--=_b1",
                "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: 7bit",
                "",
                "<p>You</p>",
                "",
                "--=_b1--",
                "",
            ]
        )
    }

    @Test func `the same values give the same octets`() throws {
        let body = MailBody.alternative(text: Array("a".utf8), html: Array("b".utf8))
        #expect(try MailFixture.message(body: body).encoded() == MailFixture.message(body: body).encoded())
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (1_795_224_198, "Sat, 21 Nov 2026 01:23:18 +0000"),
    ])
    func `dates are written in UTC`(seconds: Int, expected: String) throws {
        let mail = try MailMessage(
            from: Mailbox(address: "a@b.test"),
            to: [],
            subject: "",
            date: Date(timeIntervalSince1970: TimeInterval(seconds)),
            messageID: "x@y",
            body: .text([]),
            boundary: "b"
        )
        #expect(try MIMEParser().parse(mail.encoded()).headers["Date"] == expected)
    }

    @Test(arguments: ["", "x", "@y", "x@", "a@b@c", "a b@c", "a\r\nBcc: x@y", "<a@b"])
    func `a Message-ID that is none is refused`(id: String) throws {
        #expect(throws: MIMEError(.invalidMessageID, field: "Message-ID")) { try MailFixture.message(messageID: id) }
    }

    @Test(arguments: ["", "a b", "a\"", "a\r\n", String(repeating: "x", count: 61)])
    func `a boundary that could break the mail is refused`(boundary: String) throws {
        #expect(throws: MIMEError(.invalidBoundary, field: "boundary")) { try MailFixture.message(boundary: boundary) }
    }

    @Test(arguments: ["Subject", "from", "CONTENT-TYPE", "Message-Id"])
    func `a field that the mail writes itself is refused`(name: String) throws {
        #expect(throws: MIMEError(.reservedHeader, field: name)) { try MailFixture.message(headers: [MailHeader(name, "<a@b>")]) }
    }

    @Test func `a field given twice is refused`() throws {
        let header = try MailHeader("X-A", "1")
        #expect(throws: MIMEError(.reservedHeader, field: "X-A")) { try MailFixture.message(headers: [header, header]) }
    }

    @Test func `a body that holds the delimiter is encoded so that it cannot end the part`() throws {
        let html = Array("<p>\n--=_b1\n--=_b1--\n</p>".utf8)
        let mail = try MailFixture.message(body: .alternative(text: Array("t".utf8), html: html)).encoded()
        let parsed = try MIMEParser().parse(mail)
        #expect(parsed.parts.count == 2)
        #expect(parsed.first("text", "html")?.content == Array("<p>\r\n--=_b1\r\n--=_b1--\r\n</p>".utf8))
    }

    @Test(arguments: UInt64(1)...60)
    func `any body comes back, with CRLF line ends, from lines within 998 octets`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let alphabets: [[UInt8]] = [
            Array("ab \t=\r\n.-".utf8), Array(0...255), Array("x".utf8), Array("ä=日\n".utf8), Array("-=_b1\r\n".utf8),
        ]
        let alphabet = alphabets.randomElement(using: &generator) ?? []
        let text = generator.bytes(Int.random(in: 0...3000, using: &generator), of: alphabet)
        let html = generator.bytes(Int.random(in: 0...3000, using: &generator), of: alphabet)
        let mail = try MailFixture.message(body: .alternative(text: text, html: html)).encoded()
        let parsed = try MIMEParser().parse(mail)
        #expect(parsed.parts.count == 2)
        for (part, expected) in zip(parsed.parts, [text, html]) {
            let isSame = part.content == Self.canonical(expected)
            #expect(isSame)
        }
        try Self.expectCleanLines(mail)
    }

    private static func canonical(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 10, index > 0, bytes[index - 1] == 13 { continue }
            result += byte == 13 || byte == 10 ? [13, 10] : [byte]
        }
        return result
    }

    private static func expectCleanLines(_ mail: [UInt8]) throws {
        var length = 0
        for (index, byte) in mail.enumerated() {
            try #require(byte < 0x80 && byte != 0)
            if byte == 10 { try #require(index > 0 && mail[index - 1] == 13) }
            if byte == 13 { try #require(index + 1 < mail.count && mail[index + 1] == 10) }
            length = byte == 10 ? 0 : length + 1
            try #require(length <= 999)
        }
    }
}
