import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite struct EscapingTests {
    private func escaped(_ value: String, _ escaping: Escaping, json: Bool = false) -> String {
        var output: [UInt8] = []
        escaping.append(Array(value.utf8), json: json, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        (Escaping.html, #"<b a='1' c="2">&amp;"#, "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;"),
        (.htmlUnquoted, "a b=c/>", "a&#32;b&#61;c&#47;&gt;"),
        (.urlComponent, "a b/c?d=é&e@f", "a%20b%2Fc%3Fd%3D%C3%A9%26e@f"),
        (.urlHost, "evil.test/?x@y", "evil.testxy"),
        (.wholeURL, "https://e.test/a b?c=\"d\"&e", "https://e.test/a%20b?c=%22d%22&e"),
        (.wholeURLInHTML, "https://e.test/?a=1&b='2'", "https://e.test/?a=1&amp;b=%272%27"),
        (.wholeURL, "javascript:alert(1)", ""), (.wholeURL, " \u{1}java\tscript:x", ""), (.wholeURL, "data:text/html,x", ""),
        (.wholeURL, "/relative", ""), (.wholeURLInHTML, "mailto:a@b.test", "mailto:a@b.test"),
        (.css, "red;background:url(x)", "redbackgroundurlx"),
        (.text, "a\r\nb\u{0}\u{7}c\td", "a\nbc\td"),
        (.header, "Bob\r\nBcc: x\u{0}\u{7F}", "Bob  Bcc: x"),
    ])
    func `values are written for their place`(escaping: Escaping, value: String, expected: String) {
        #expect(escaped(value, escaping) == expected)
    }

    @Test(arguments: 1...30) func `no value becomes markup, another header or broken JSON`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let fragments = [
            "<", ">", "\"", "'", "&", "=", "`", "\r", "\n", "\u{0}", "\u{1F}", "\\", "/", "{{name}}", "javascript:", "</script>", "é",
            "\u{2028}",
            "https://", "%", ";", " ", "\u{7F}", "-->", "😀",
        ]
        for _ in 0..<50 {
            let value = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in fragments.randomElement(using: &random) }.joined()
            for escaping in Escaping.allCases {
                let plain = escaped(value, escaping)
                switch escaping {
                case .html, .htmlUnquoted, .wholeURLInHTML, .urlComponent, .urlHost, .css:
                    #expect(!plain.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
                case .wholeURL: #expect(plain.isEmpty || ["http", "https"].contains(URLScheme.of(plain.utf8)))
                case .header: #expect(!plain.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
                case .text: #expect(!plain.unicodeScalars.contains { $0 == "\r" || $0.value == 0 })
                }
                if escaping == .htmlUnquoted { #expect(!plain.unicodeScalars.contains { " =`\n/".unicodeScalars.contains($0) }) }
                let json = "[\"\(escaped(value, escaping, json: true))\"]"
                #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [plain])
            }
        }
    }
}
