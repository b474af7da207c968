import Testing

@testable import HTML

/// Our own builder against gumbo, which knows all of the standard.
@Suite struct TreeComparisonTests {
    /// A tree as text: depth, name, places in the source; neighbouring texts as one.
    private func outline(_ tree: HTMLTree) -> [String] {
        var lines: [String] = ["quirks \(tree.isQuirks)"]
        var depths = [Int](repeating: 0, count: tree.records.count)
        var wasText = false
        for (number, record) in tree.records.enumerated() {
            if number > 0 { depths[number] = depths[Int(record.parent)] + 1 }
            let indent = String(repeating: " ", count: depths[number])
            switch record.kind {
            case .document: lines.append("document")
            case .comment: lines.append("\(indent)comment")
            case .text:
                let text = tree.text(record)
                if wasText, let last = lines.last, last.hasPrefix(indent + "\"") {
                    lines[lines.count - 1] = last + text
                } else if !text.isEmpty {
                    lines.append("\(indent)\"\(text)")
                }
            case .element:
                let tag = tree.tag(record.tag).map { "\($0.range)" } ?? "-"
                // gumbo knows no end tag of a form that it closes something for.
                let end = record.name == .form ? "" : "end \(record.start)"
                let markup = tree.tag(record.markup).map { "\($0.range)" } ?? "-"
                lines.append("\(indent)<\(tree.name(number))> \(tag) \(markup) \(record.place)/\(record.siblings) \(end)")
            }
            if record.kind != .text || tree.text(record).isEmpty == false { wasText = record.kind == .text }
        }
        return lines
    }

    /// Whether our builder took the text; it must then agree with gumbo.
    private func isTaken(_ text: String, _ note: String = "") throws -> Bool {
        let index = SourceScanner.index(Array(text.utf8), in: 0..<text.utf8.count)
        guard let tree = HTMLTreeBuilder.build(index) else { return false }
        let ours = outline(tree)
        let theirs = outline(try GumboTreeBuilder.build(index, HTMLParseLimits()))
        if ours != theirs {
            Issue.record("\(note)\n\(text)\nours:\n\(ours.joined(separator: "\n"))\ngumbo:\n\(theirs.joined(separator: "\n"))")
        }
        return true
    }

    @Test(arguments: [
        "<p>a<p>b", "<p>a<b class=\"x</p>", "<p>a</b x='>", "a</>b", "a</3>b", "<p>a<?x>b", "<p>a<!x>b", "<style>p{", "<title>x",
        "<head><style>", "<ul><li>1<li>2<ul><li>3</ul></ul>", "<dl><dt>a<dd>b<dt>c</dl>", "<h1>a<h2>b</h3>c", "a</p>b", "<div><p>x</div>y",
        "<table><tr><td>1<td>2<tr><td>3</table>", "<table><td>x</table>", "<table>{{#each}}<tr><td>x</td></tr>{{/each}}</table>",
        "<table><caption>c<tr><td>x", "<table><col><col><tr><td>", "<table><table><tr><td>x</table>y", "<!doctype html><p><table>x",
        "<p><table><tr><td>x", "<b>1<p>2", "<p><b>1<p>2</b>3", "<table><tr><td><b>x</td><td>y</td></tr></table>z",
        "<center><font>x</center>y",
        "<html><head><title>&amp;</title><style>a&amp;b</style></head><body>x</body></html>\n", "<title>x</title><p>y", "x<!-- c -->y",
        "<body></body><!-- c --></html><!-- d -->", "<pre>\n\nx</pre>", "<a href=x>1</a><a>2</a>",
        "<v:roundrect href=x><o:p>y</o:p></v:roundrect>",
        "<span><div>x</span>y</div>", "<td>x</td>", "</div><br/><img>", "<table><tr><form><td>x", "&lt&copy;&notit;&amp;#",
        "<p>a\r\nb</p>\r\n",
    ])
    func `ordinary mail is understood as gumbo understands it`(text: String) throws {
        _ = try isTaken(text)
        _ = try isTaken("<!DOCTYPE html>" + text)
        _ = try isTaken("<html><head></head><body>\n" + text + "\n</body></html>\n")
    }

    @Test func `real shapes are taken without gumbo`() throws {
        let page = """
            <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
            <html xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/><style>td > a { color: red }</style>
            <!--[if mso]><xml></xml><![endif]--></head><body><center><table width="100%"><tr><td class=x><a href="y">z</a>
            <ul><li>1<li>2</ul><p>a<br>b</td></tr></table></center></body></html>
            """
        #expect(try isTaken(page))
    }

    @Test(arguments: 1...12) func `whatever is taken is understood as gumbo understands it`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let fragments = [
            "<p>", "</p>", "<div>", "</div>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "<tbody>", "</tbody>", "<b>",
            "</b>", "<a href=x>", "</a>", "<span class=y>", "</span>", "x", " ", "\n", "<br>", "<img>", "<ul>", "<li>", "</ul>", "</li>",
            "<h1>", "</h1>", "<font>", "</font>", "<center>", "</center>", "<!-- c -->", "<!--[if mso]>", "<![endif]-->", "&amp;", "&nbsp",
            "<style>a{}</style>", "<head>", "</head>", "<body>", "</body>", "</html>", "<html>", "<title>t</title>", "<o:p>", "</o:p>",
            "<caption>", "<col>", "<colgroup>", "</colgroup>", "<thead>", "<hr/>", "<pre>", "<dl>", "<dd>", "<dt>",
            "<!DOCTYPE html>", "<i>", "</i>", "<nobr>", "<meta>", "</br>", "<section>", "<input>", "<script>x</script>",
        ]
        for number in 0..<300 {
            _ = try isTaken(random.text(of: fragments, count: 3 + number % 25), "seed \(seed)")
        }
    }
}
