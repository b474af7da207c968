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

    @Test(arguments: [
        ("<ol><li value=3>a<li>b</ol><ul><li><p>c<p>d<li>e</ul>", "3. a\n4. b\n\n* c\n\n  d\n\n* e"),
        ("<ul><li>a<ul><li>b<ul><li>c</ul></ul></ul>", "* a\n  - b\n    + c"),
        ("<ul>\n<li>a</li>\n<li></li><li>b</li></ul>", "* a\n* b"),
        ("<dl><dt>Term<dd>Meaning</dl>", "Term\n    Meaning"),
        ("<blockquote>a<ul><li>b</ul></blockquote>", "> a\n>\n> * b"),
        ("<h3>Small</h3>text", "Small\n\ntext"),
        ("<h1></h1>a<hr><hr>b<hr>", "a\n\n------------------------------\n\nb\n\n------------------------------"),
        ("a<br> <br><br>&nbsp;<br>b", "a\n\nb"),
        ("<p>4&nbsp;&euro; &nbsp; a&nbsp; b", "4 € a b"),
        ("<p>soft&shy;ly zero\u{200B}width", "softly zerowidth"),
        ("<p>می\u{200C}خواهم &zwnj;&nbsp;&zwnj;x", "می\u{200C}خواهم x"),
        ("<a href=u class=btn>Buy</a><a href=v role=button>Sell</a>", "Buy (u)\n\nSell (v)"),
        ("<p>a <a href=u style='display:inline-block;background:#000;padding:4px'>Go</a> b", "a\n\nGo (u)\n\nb"),
        ("<a href=u><img alt=Logo></a> <a href=u>Shop</a>", "[Logo] Shop (u)"),
        ("<a href=u><img alt='the shop'>Visit the shop</a>", "Visit the shop (u)"),
        ("<img alt=x width=1 height=1><img alt='a.png'><img alt=spacer>y", "y"),
        ("<q>x</q>", "\"x\""),
        ("<div style='font-size:0'>a<p style='font-size:13px'>b</div><span style='font-size:1px'>c</span>", "b"),
        ("<div style='max-height:0'>a</div><div style='text-indent:-9999px'>b</div><div style='opacity:0'>c</div>d", "d"),
        ("<div style='mso-hide:all'>a</div><div style='height:0;overflow:hidden'>b</div>c", "c"),
    ])
    func `what mail is made of reads well`(html: String, expected: String) throws {
        #expect(try text(html) == expected)
    }

    @Test(arguments: [
        (
            "<table><tr><th>Item<th>Qty<th>Price<tr><td>Tea<td>2<td>€ 4.50<tr><td>Coffee beans<td>12<td>€ 13.00</table>",
            "Item          Qty    Price\n------------  ---  -------\nTea             2   € 4.50\nCoffee beans   12  € 13.00"
        ),
        ("<table role=presentation><tr><th>a<th>b<tr><td>c<td>d</table>", "a\nb\nc\nd"),
        ("<table border=1><tr><td>a<td>b<tr><td>c<td>d</table>", "a  b\nc  d"),
        ("<table><tr><td>Total:<td>5<tr><td>Tax:<td>1</table>", "Total:  5\nTax:    1"),
        ("<table><tr><td>a<td><img alt=x><tr><td>c<td>d</table>", "a\n[x]\nc\nd"),
        ("<table><tr><th>a<table><tr><th>b</table><tr><td>c<td>d</table>", "a\n\nb\n\nc\nd"),
        ("<table><tr><th>Wide<th>B<tr><td colspan=2>both<tr><td>x<td>y</table>", "Wide  B\n----  -\nboth\nx     y"),
        ("<table><tr><th>A<th>B<tr><td rowspan=2>x<td>1<tr><td>2</table>", "A  B\n-  -\nx  1\n   2"),
        ("<table><tr><th>Who<th>What<tr><td>{{name}}<td>x</table>", "Who | What\n----------\n{{name}} | x"),
        ("<table><tr><th>日本<th>x<tr><td>a<td>y</table>", "日本  x\n----  -\na     y"),
        (
            "<table><tr><th>A<th>B</tr>{{#each x}}<tr><td>{{a}}<td>{{b}}</tr>{{/each}}<tr><td>c<td>d</table>",
            "A | B\n-----\n{{#each x}}\n{{a}} | {{b}}\n{{/each}}\nc | d"
        ),
    ])
    func `tables of data stay rows, and tables for layout are read in order`(html: String, expected: String) throws {
        #expect(try text(html) == expected)
    }

    @Test func `a table that is too wide wraps its cells, and one that cannot is written as records`() throws {
        let words = Array(repeating: "word", count: 11).joined(separator: " ")
        let wrapped = try text("<table border=1><tr><td>\(words)<td>\(words)<tr><td>a<td>b</table>")
        #expect(wrapped.split(separator: "\n").allSatisfy { DisplayWidth.of($0) <= 78 })
        #expect(wrapped.split(separator: "\n").count == 3)
        let long = String(repeating: "x", count: 50)
        let records = try text("<table><tr><th>A<th>B<tr><td>\(long)<td>\(long)<tr><td>1<td>2</table>")
        #expect(records == "A: \(long)\nB: \(long)\n\nA: 1\nB: 2")
    }

    @Test func `what a table moves away is read where the source has it`() throws {
        let output = try text("<p>a<table role=presentation>{{#each x}}<tr><td>b</td></tr>{{/each}}</table>c")
        #expect(output == "a\n\n{{#each x}}\nb\n{{/each}}\nc")
    }

    @Test func `marks stand in place of comments, hidden or not, and take no room`() throws {
        let html = "<p>a<!--1-->b<div style='display:none'><!--2--></div><a href=u>u<!--3--></a>"
        let document = try HTMLDocument(Array(html.utf8))
        var marks: [Int: String] = [:]
        for number in 1...3 {
            let place = try #require(html.firstRange(of: "<!--\(number)")).lowerBound
            marks[html.utf8.distance(from: html.startIndex, to: place)] = "\u{F5A00}b\(number)\u{F5A01}"
        }
        let output = PlainText.make(of: document, marks: marks) { _ in .replace("U") }
        let visible = output.replacing("\u{F5A00}", with: "<").replacing("\u{F5A01}", with: ">")
        #expect(visible == "a<b1>b\n\n<b2><b3>U")
    }

    @Test func `a mark counts as wide as what it stands for`() throws {
        let document = try HTMLDocument(Array("<p>\(String(repeating: "word ", count: 10))<a href=u>x</a> end".utf8))
        let output = PlainText.make(of: document) { _ in .append(PlainText.mark(7, columns: 40)) }
        #expect(PlainText.fill(output) { number, _ in "\(number)" }.hasSuffix("word x\n7 end"))
    }

    @Test func `Chinese and Japanese are wrapped between characters, but not before closing punctuation`() throws {
        let lines = try text("<p>" + String(repeating: "漢字仮名。", count: 40)).split(separator: "\n")
        #expect(lines.count > 4)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 78 && DisplayWidth.of($0) > 70 || $0 == lines.last })
        #expect(!lines.contains { $0.hasPrefix("。") })
        #expect(lines.joined() == String(repeating: "漢字仮名。", count: 40))
    }

    @Test func `addresses and merge tags are never cut, however long`() throws {
        let url = "https://example.com/" + String(repeating: "a-b/", count: 40)
        let tag = "{{ first_name | dear reader of our letters and all that comes with them, whoever you may be, wherever }}"
        let output = try text("<p>Look at \(url) or \(tag) there")
        #expect(output.contains(url) && output.contains(tag))
    }

    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩‍👩‍👧‍👦", 2), ("🇩🇪🇫🇷", 4), ("👍🏽", 2), ("❤️", 2), ("1️⃣", 2), ("한글", 4), ("ｶﾅ", 2), ("مرحبا", 5),
        ("\u{200B}\u{AD}", 0), ("＋", 2),
    ])
    func `width is counted in columns`(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test(arguments: 1...10) func `no line is too long and no two blank lines follow each other`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "<p>", "<div>", "</div>", "<br>", "<table border=1><tr><td>", "<td>", "<tr><td>", "</table>", "<ul><li>", "</ul>", "<hr>",
            "<h2>",
            "</h2>", "<blockquote>", "</blockquote>", "&nbsp;", " ", "word ", "two words ", "漢字", "👍🏽", "<pre>x</pre>", "<th>", "</a>",
            "<a href='https://example.com/page'>", "<img alt='a picture'>",
        ]
        for _ in 0..<40 {
            let html = (0..<60).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            let lines = try text(html).split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= 78 }, "\(html)")
            #expect(!zip(lines, lines.dropFirst()).contains { $0.allSatisfy { " >".contains($0) } && $1.isEmpty && $0.isEmpty }, "\(html)")
            #expect(lines.allSatisfy { $0.last != " " }, "\(html)")
        }
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
