import Testing

@testable import HTML

@Suite struct HTMLDocumentTests {
    private func document(_ text: String) throws -> HTMLDocument {
        try HTMLDocument(Array(text.utf8))
    }

    @Test func `elements know their tags in the source`() throws {
        let document = try document("<table><tr><td class=x>1</table>")
        let found = document.elements.map { "\($0.element.name):\($0.element.tag.map { document.string($0.range) } ?? "-")" }
        #expect(found == ["html:-", "head:-", "body:-", "table:<table>", "tbody:-", "tr:<tr>", "td:<td class=x>"])
    }

    @Test func `a copy that the parser makes of an element has no place in the source`() throws {
        let document = try document("<p><b class=x>1<p>2")
        #expect(document.elements.filter { $0.element.name == "b" }.map { $0.element.tag != nil } == [true, false])
    }

    @Test func `children follow their parents, and each knows its place`() throws {
        let document = try document("<ul><li>1<li>2<!-- x --><li>3</ul>")
        let items = document.elements.filter { $0.element.name == "li" }
        #expect(items.map(\.element.place) == [0, 1, 2])
        #expect(items.map(\.element.siblings) == [3, 3, 3])
        #expect(items.map(\.element.previous) == [-1, items[0].index, items[1].index])
        for (index, node) in document.nodes.enumerated().dropFirst() {
            #expect(node.parent < index && document.nodes[node.parent].end >= node.end)
        }
    }

    @Test func `text has its character references resolved`() throws {
        let document = try document("<p>caf&eacute; &amp; &#x263A; &bogus;</p>")
        #expect(document.text(below: 0) == "café & ☺ &bogus;")
    }

    @Test(arguments: [
        ("a=1&b=2", "a=1&b=2"), ("a=1&amp;b=2", "a=1&b=2"), ("&copy=1", "&copy=1"), ("&copy;", "©"),
        ("&#106;avascript&colon;", "javascript:"),
        ("&#x41&#66", "AB"), ("&#0;&#x110000;&#128;", "\u{FFFD}\u{FFFD}€"), ("&", "&"), ("&#", "&#"), ("&lt", "<"), ("&notit;", "&notit;"),
    ])
    func `references in attributes are resolved as browsers do`(value: String, expected: String) {
        #expect(CharacterReferences.decode(Array(value.utf8)[...]) == expected)
    }

    @Test func `an empty source is an empty document`() throws {
        #expect(try document("").elements.count { $0.element.tag != nil } == 0)
    }

    @Test func `too many bytes and too many tags are refused before parsing`() {
        #expect(throws: HTMLParseError.tooManyBytes(limit: 10, actual: 11)) {
            try HTMLDocument(Array(repeating: 0x20, count: 11), limits: HTMLParseLimits(bytes: 10))
        }
        #expect(throws: HTMLParseError.tooManyTags(limit: 20_000, actual: 100_000)) {
            try document(String(repeating: "<b>", count: 100_000))
        }
    }

    @Test func `memory is bounded`() {
        #expect(throws: HTMLParseError.memoryExceeded) {
            try HTMLDocument(
                Array(("<select>" + String(repeating: "<p a=1>x", count: 5_000)).utf8),
                limits: HTMLParseLimits(memory: 300_000)
            )
        }
    }

    @Test func `processor time is bounded`() {
        // Each attribute is compared with all before it.
        let attributes = (0..<150_000).map { "a\($0)" }.joined(separator: " ")
        #expect(throws: HTMLParseError.timeExceeded) {
            try HTMLDocument(
                Array("<select><p \(attributes)>".utf8),
                limits: HTMLParseLimits(bytes: 2 << 20, memory: 1 << 30, milliseconds: 50)
            )
        }
    }

    @Test func `deep nesting is walked without a deep stack`() throws {
        let text = String(repeating: "<div>", count: 3_000) + "x" + String(repeating: "<table><tr><td>", count: 300)
        let document = try document(text)
        #expect(document.elements.count { $0.element.name == "div" } == 3_000)
        #expect(PlainText.make(of: document) { _ in .omit } == "x")
    }

    @Test func `any text is parsed and copied through unchanged`() throws {
        var random = SeededGenerator(seed: 9)
        let fragments = [
            "<", ">", "<p>", "</p>", "<table>", "<td", " style=\"", "\"", "'", "<!--[if mso]>", "<![endif]-->", "&amp;", "&", "<style>",
            "</style>", "a{b:c}", "<svg><title>", "</title>", "é", "\r\n", "<b>", "</i>", "<select>", "<template>", "<textarea>",
        ]
        for _ in 0..<300 {
            let text = random.text(of: fragments, count: 30)
            let document = try document(text)
            #expect(SourceEdits().apply(to: document.source) == Array(text.utf8))
            for (_, element) in document.elements {
                if let tag = element.tag { #expect(document.source[tag.range.lowerBound] == UInt8(ascii: "<")) }
            }
        }
    }
}
