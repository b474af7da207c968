import Testing

@testable import HTML

@Suite struct PlainTextTests {
    private func text(_ html: String) throws -> String {
        let document = try HTMLDocument(Array(html.utf8))
        return PlainText.make(of: document) { link in
            let address = document.value(of: "href", in: link.tag) ?? ""
            if address.isEmpty || link.repeatsAnother { return .omit }
            return link.text == address ? .replace(address) : .append(link.text.isEmpty ? address : "(\(address))")
        }
    }

    @Test(arguments: [
        ("<p>a<p>b", "a\n\nb"),
        ("<h1>Title</h1><p>x", "Title\n=====\n\nx"),
        ("<h2>日本語</h2>x", "日本語\n------\n\nx"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul><ol start=9><li>x<li>y</ol>", "* a\n* b\n  - c\n\n9. x\n10. y"),
        ("<a href='https://e.test/'>here</a>.", "here (https://e.test/)."),
        ("<p>See <a href=https://e.test>https://e.test</a> now", "See https://e.test now"),
        ("<a href=u><img src=x alt=' Our  logo '></a>", "[Our logo] (u)"),
        ("<a href=u><img src=x></a>", "u"),
        ("<img src=x alt=''><img src=y>", ""),
        ("<div style='display:none'>secret</div><p>x<span style='DISPLAY : NONE'>y</span>", "x"),
        ("<p hidden>a<p class='sr-only'>b<p aria-hidden=true>c<p>d", "d"),
        ("<table><tr><td>left<td>right</table>", "left\nright"),
        ("<table><tr><th>Item<th>Price<tr><td>Tea<td>4&nbsp;&euro;</table>", "Item  Price\n----  -----\nTea     4 €"),
        ("<blockquote>q<p>r</blockquote>s", "> q\n>\n> r\n\ns"),
        ("<title>t</title><style>s</style><script>c</script><p>x", "x"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>مرحبا بالعالم</p>", "مرحبا بالعالم"),
        ("a<hr>b", "a\n\n------------------------------\n\nb"),
    ])
    func `a document becomes a text that people read`(html: String, expected: String) throws {
        #expect(try text(html) == expected)
    }

    @Test func `lines are wrapped at 78 columns`() throws {
        let output = try text("<p>" + String(repeating: "word ", count: 100) + "<p>" + String(repeating: "語 ", count: 100))
        let lines = output.split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 78 })
        #expect(lines.contains { DisplayWidth.of($0) >= 77 })
    }

    @Test func `what stands between double braces is never cut`() throws {
        let output = try text("<p>" + String(repeating: "word ", count: 14) + "{{ first_name | dear reader of ours }} end")
        #expect(output.contains("{{ first_name | dear reader of ours }}"))
    }

    @Test func `blocks inside a link keep the address behind their text`() throws {
        #expect(try text("<a href=u><div>one</div><div>two</div></a>") == "one\ntwo\n(u)")
    }

    @Test(arguments: 1...10) func `every visible word stays`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let tags = [
            "<p>", "<div>", "</div>", "<table><tr><td>", "</table>", "<ul><li>", "</ul>", "<b>", "</b>", "<br>", "<h1>", "</h1>", " ",
        ]
        var html = ""
        for number in 0..<30 { html += (tags.randomElement(using: &random) ?? "") + "w\(number) " }
        let output = try text(html)
        for number in 0..<30 { #expect(output.contains("w\(number)")) }
    }
}
