import MIME
import Testing

@Suite("Mails are read")
struct MIMEParserTests {
    private func parse(_ text: String, limits: MIMEParser.Limits = .init()) throws(MIMEError) -> MIMEPart {
        try MIMEParser(limits: limits).parse(Array(text.utf8))
    }

    @Test func `folded fields are joined and found in any case`() throws {
        let mail = try parse("SUBJECT : one\r\n  two\r\n\tthree\r\nX: y\r\n\r\nbody")
        #expect(mail.headers["subject"] == "one  two\tthree")
        #expect(mail.headers["x"] == "y")
        #expect(Array(mail.body) == Array("body".utf8))
    }

    @Test(arguments: [
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= b", "a b"),
        ("a =?utf-8?B?YsOk?= c", "a bä c"),
        ("=?iso-8859-1?Q?=E4?=", "ä"),
        ("=?utf-8?B?w6Q=?= =?utf-8?B?w7Y=?=", "äö"),
        ("=?utf-8?B?ww==?= =?utf-8?B?pA==?=", "ä"),
        ("=?koi8-r?B?ww==?=", "=?koi8-r?B?ww==?="),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?Q?a", "=?utf-8?Q?a"),
        ("2=?3", "2=?3"),
        ("=?UTF-8*en?q?a_b=5F?=", "a b_"),
    ])
    func `encoded words are decoded`(written: String, expected: String) throws {
        #expect(try parse("Subject: \(written)\r\n\r\n").headers["Subject"] == expected)
    }

    @Test func `nested multiparts are walked, preamble and epilogue left out`() throws {
        let mail = try parse(
            """
            Content-Type: multipart/mixed; boundary="o;1"\n
            preamble
            --o;1
            Content-Type: multipart/alternative; boundary=i

            --i

            plain
            --i
            Content-Type: TEXT/HTML; charset="UTF-8"
            Content-Transfer-Encoding: base64

            PGI+
            --i--
            --o;1
            Content-Transfer-Encoding: quoted-printable

            a=3D=
            b
            --o;1--
            epilogue
            """
        )
        #expect(mail.parts.count == 2)
        #expect(mail.parts[0].parts.map(\.text) == ["plain", "<b>"])
        #expect(mail.first("text", "html")?.text == "<b>")
        #expect(mail.parts[1].text == "a=b")
    }

    @Test(arguments: ["no colon\r\n\r\n", ": x\r\n\r\n", " folded first\r\n\r\n", "A B: x\r\n\r\n"])
    func `a broken header section is refused`(text: String) {
        #expect(throws: MIMEError(.malformed, field: "header section")) { try parse(text) }
    }

    @Test func `limits are kept`() {
        var limits = MIMEParser.Limits()
        limits.fields = 2
        #expect(throws: MIMEError(.limitExceeded, field: "header section")) { try parse("A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits: limits) }
        limits = MIMEParser.Limits()
        limits.headerBytes = 100
        let long = "A: " + String(repeating: "x", count: 100) + "\r\n\r\n"
        #expect(throws: MIMEError(.limitExceeded, field: "header section")) { try parse(long, limits: limits) }
        limits = MIMEParser.Limits()
        limits.parts = 3
        let many = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 10)
        #expect(throws: MIMEError(.limitExceeded, field: "multipart body")) { try parse(many, limits: limits) }
    }

    @Test func `multiparts deeper than the limit are kept whole`() throws {
        let text = (0..<50).reduce("leaf") { inner, level in
            "Content-Type: multipart/mixed; boundary=b\(level)x\n\n--b\(level)x\n\(inner)\n--b\(level)x--\n"
        }
        var part = try parse(text)
        var depth = 0
        while let inner = part.parts.first {
            part = inner
            depth += 1
        }
        #expect(depth == 8)
    }

    @Test(arguments: UInt64(1)...100)
    func `noise never breaks the parser`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "A: b\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "\r\n", "--b", "--b--", "=?", "?=", "utf-8?B?", "=", ":", " ",
            "\n", "\r", "\"",
            "Content-Transfer-Encoding: base64\r\n", "ä",
        ]
        let text = (0..<200).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        var length = 0
        if let mail = try? parse("A: b\r\n" + text) {
            length = mail.text.utf8.count + mail.parts.reduce(0) { $0 + $1.content.count } + mail.headers.fields.count
        }
        #expect(length <= 8 * text.utf8.count + 16)
    }
}
