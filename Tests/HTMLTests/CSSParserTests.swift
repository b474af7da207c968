import Testing

@testable import HTML

@Suite struct CSSParserTests {
    private func sheet(_ text: String) -> CSSStylesheet {
        var sheet = CSSStylesheet.empty
        SourceBytes.with(Array(text.utf8)) { CSSParser.parse($0, in: 0..<$0.count, into: &sheet) }
        return sheet
    }

    /// The names of the declarations of each rule.
    private func names(_ text: String) -> [[String]] {
        let sheet = sheet(text)
        return sheet.rules.map { rule in
            sheet.declarations[rule.declarations].map { String(decoding: Array(text.utf8)[$0.name], as: UTF8.self) }
        }
    }

    private func declarations(_ text: String) -> [String] {
        CSSParser.declarations(Array(text.utf8)).declarations.map { "\($0.name)=\($0.value)\($0.isImportant ? "!" : "")" }
    }

    @Test(arguments: [
        ("color:red", ["color=red"]),
        (" COLOR : Red ; ; margin:0 auto;", ["color=Red", "margin=0 auto"]),
        ("color:red!important;top:0 ! IMPORTANT", ["color=red!", "top=0!"]),
        ("background:url(data:image/png;base64,AA==)", ["background=url(data:image/png;base64,AA==)"]),
        ("font-family:\"a;b\",'c}d'", ["font-family=\"a;b\",'c}d'"]),
        ("color:red /* x; */; /* y */ top:1px", ["color=red", "top=1px"]),
        ("--Brand: {a:b}; --x:1", ["--x=1"]),
        ("*zoom:1; color:red", ["color=red"]),
        ("color red; top:0", ["top=0"]),
        ("color:red !ie; top:0", ["top=0"]),
        ("color:; top:0", ["top=0"]),
        ("width:calc((1px + 2px) * 3)", ["width=calc((1px + 2px) * 3)"]),
        ("filter:progid:DXImageTransform.Microsoft.gradient(a='1',b=2)", ["filter=progid:DXImageTransform.Microsoft.gradient(a='1',b=2)"]),
        ("mso-line-height-rule:exactly;-webkit-text-size-adjust:100%", ["mso-line-height-rule=exactly", "-webkit-text-size-adjust=100%"]),
    ])
    func `declarations are read as browsers read them`(text: String, expected: [String]) {
        #expect(declarations(text) == expected)
    }

    @Test func `rules inside media queries are known to be conditional`() {
        let sheet = sheet("a{color:red} @media (max-width:9px){b{top:0}c{}} @font-face{font-family:x} d{}")
        #expect(sheet.rules.map(\.isConditional) == [false, true, true, false])
        #expect(sheet.hasAtRules)
        #expect(sheet.problems.isEmpty)
    }

    @Test func `invalid rules are reported with their place, and the next rule is read`() {
        let text = "a{color:red}\n%%%{top:0}\nb{;;left 1;bottom:2}\nc"
        let sheet = sheet(text)
        let lines = sheet.problems.map { SourcePositions(Array(text.utf8)).position(at: $0.offset).line }
        #expect(lines == [2, 3, 4])
        #expect(names(text) == [["color"], ["top"], ["bottom"]])
    }

    @Test func `comments, CDO and CDC are passed over`() {
        #expect(sheet("<!-- a{color:red} --> /* b{} */ c{top:0}").rules.count == 2)
    }

    @Test func `unclosed blocks end with the source`() {
        #expect(names("@media x { a { color: red; b: url(foo") == [["color", "b"]])
    }

    @Test func `nested rules make their rule one to be left alone`() {
        #expect(sheet("a{color:red;&:hover{top:0}}").rules.map(\.isPlain) == [false])
        #expect(sheet("a{color:red;@media x{top:0}}").rules.map(\.isPlain) == [false])
    }

    @Test func `ranges of rules and declarations lie inside the source`() {
        var random = SeededGenerator(seed: 11)
        let fragments = [
            "a", "{", "}", ":", ";", "@media ", "!important", "url(", ")", "\"", "'", "/*", "*/", "(", "[", "]", "#b", ".c", "\\", ">", ",",
            "\n",
            "color:red;", ":not(", ":hover", "--x", "é", "1px", "<!--",
        ]
        for _ in 0..<500 {
            let text = random.text(of: fragments, count: 40)
            let whole = 0..<text.utf8.count
            let sheet = sheet(text)
            for rule in sheet.rules {
                #expect(whole.clamped(to: rule.range) == rule.range)
                for declaration in sheet.declarations[rule.declarations] {
                    #expect(rule.range.clamped(to: declaration.range) == declaration.range)
                }
            }
        }
    }

    @Test func `deep nesting costs no deep stack`() {
        let depth = 100_000
        #expect(sheet(String(repeating: "@media x{", count: depth) + "a{}").rules.isEmpty)
        #expect(sheet("a{b:" + String(repeating: "(", count: depth)).rules.count == 1)
        #expect(sheet(String(repeating: ":not(", count: depth) + "{}").rules.count <= 1)
    }
}
