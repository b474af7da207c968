import Testing

@testable import HTML

/// What holds of every mail and every style sheet; a failing case names its seed.
@Suite struct InlinerPropertyTests {
    private static let css = [
        "p", ".a", "#i", "td", "b", "a:hover", "*", "{", "}", "color:red", "color:blue", ";", "!important", "@media x{", "margin:0",
        "margin-left:1px", ",", " ", ">", "+", "~", ":not(.a)", ":first-child", ":nth-child(2n+1)", ":is(p,.a)", "[class=a]", "a:link",
        "\"", "'", "/*", "*/", "(", ")", "[", "]", "\\", "url(x)", "@supports (a:b){", "@font-face{font-family:x}", "\n", "é", "--x:1",
        "<!--", "-->", "&amp;", "@layer l{", "p{color:red}", ".a{margin:0!important}", "td,b{top:0;left:0}",
    ]

    private static let html = [
        "<p class=a>", "<b>", "</b>", "<td style='margin:1px'>", "<table>", "</table>", "<tr>", "x", "<a id=i href=y>", "</a>", "</p>",
        "&amp;", "<p style='color:green!important'>", "<td style=top:0>", "<p style>", "<p data-inline=ignore>", "<!-- c -->",
        "<!--[if mso]><p><![endif]-->", "<img class='a b'/>", "{{name}}", "\r\n", "<div class=\"a&#32;b\">", "</div>", "<svg><p>", "</svg>",
        "<select>", "</select>", "é", "<i style=\"a:'b'\">", "</i>", "<ul><li>", "<template>", "</template>",
    ]

    private func mail(_ random: inout SeededGenerator) -> String {
        let style = random.text(of: Self.css, count: Int.random(in: 1...40, using: &random))
        let body = random.text(of: Self.html, count: Int.random(in: 1...25, using: &random))
        return "<!DOCTYPE html><style>\(style)</style>\(body)"
    }

    private func inlined(_ text: String, outlook: Bool = false) throws -> String {
        let document = try HTMLDocument(Array(text.utf8))
        return String(decoding: Inliner.inline(document, outlookAttributes: outlook).edits.apply(to: document.source), as: UTF8.self)
    }

    /// The text without style elements and style attributes, and without what an attribute leaves behind.
    private func stripped(_ text: String) -> String {
        let source = Array(text.utf8)
        var edits = SourceEdits()
        for case .tag(let tag) in SourceScanner.scan(source, in: 0..<source.count) {
            if tag.name == "style" {
                edits.remove(tag.range.lowerBound..<(tag.rawContent?.upperBound ?? tag.range.upperBound))
            } else if let attribute = tag.attribute("style") {
                edits.remove(attribute.range)
                if SourceBytes.isBlank(source[attribute.range.lowerBound - 1]) {
                    edits.remove(attribute.range.lowerBound - 1..<attribute.range.lowerBound)
                }
            }
        }
        return String(decoding: edits.apply(to: source), as: UTF8.self)
    }

    @Test(arguments: 1...20) func `no byte outside of styles is changed`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<100 {
            let text = mail(&random)
            let output = try inlined(text)
            #expect(stripped(output) == stripped(text), "seed \(seed): \(text)\n\(output)")
        }
    }

    @Test(arguments: 1...10) func `the tree stays, but for style elements`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(100 + seed))
        for _ in 0..<100 {
            let text = mail(&random)
            let shapes = try [text, try inlined(text, outlook: true)].map { text in
                let document = try HTMLDocument(Array(text.utf8))
                var shape: [String] = []
                for node in document.nodes {
                    switch node.content {
                    case .element(let element): if element.name != "style" { shape.append(element.name) }
                    case .text(let text): if document.nodes[node.parent].element?.name != "style" { shape.append(text) }
                    default: continue
                    }
                }
                return shape.joined(separator: "|")
            }
            #expect(shapes[0] == shapes[1], "seed \(seed): \(text)")
        }
    }

    @Test(arguments: 1...20) func `inlining twice is inlining once`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(200 + seed))
        for _ in 0..<100 {
            let text = mail(&random)
            let once = try inlined(text)
            #expect(try inlined(once) == once, "seed \(seed): \(text)")
        }
    }

    @Test func `time grows with the size, not with its square`() throws {
        let clock = ContinuousClock()
        let durations = try [500, 4_000].map { count in
            let rows = (0..<count).map { "<tr class='r c\($0 % 50)'><td class=a style='top:\($0)px'><a href=x>\($0)</a></td></tr>" }
                .joined()
            let css = (0..<50).map { ".c\($0) td.a a{color:#\($0)} .c\($0):hover a{color:red} " }.joined()
            let document = try HTMLDocument(Array("<style>\(css)@media x{.a{top:0} a{color:blue}}</style><table>\(rows)</table>".utf8))
            return clock.measure { _ = Inliner.inline(document).edits.apply(to: document.source) }
        }
        #expect(durations[1] < durations[0] * 40)
    }
}
