import Testing

@testable import CommCore

@Suite struct CompileLimitsTests {
    @Test(arguments: [
        ("subject_too_long", String(repeating: "s", count: 999)), ("invalid_subject", "a\r\nBcc: x"), ("invalid_subject", "a\u{0}b"),
        ("missing_subject", " "),
    ])
    func `a subject that cannot be mailed is refused`(code: String, subject: String) {
        #expect(CompileFixture.refusals("<p>x", subject: subject) == [code])
    }

    @Test func `a template needs a body, and no NUL in it`() {
        #expect(CompileFixture.refusals(nil) == ["missing_body"])
        #expect(CompileFixture.refusals(" ", text: "\n") == ["missing_body"])
        #expect(CompileFixture.refusals("<p>\u{0}", text: "\u{0}") == ["invalid_character", "invalid_character"])
    }

    @Test func `too large, too many elements and too many links are refused with the figures`() throws {
        #expect(CompileFixture.refusals(String(repeating: "x", count: 512_001)) == ["html_size_exceeded"])
        #expect(CompileFixture.refusals("<p>", text: String(repeating: "x", count: 512_001)) == ["text_size_exceeded"])
        let error = #expect(throws: CompileError.self) { try CompileFixture.compile(String(repeating: "<p>x", count: 2_001)) }
        #expect(error?.issues.map { [$0.limit, $0.actual] } == [[2_000, 2_001]])
        #expect(CompileFixture.refusals(String(repeating: "<a href='https://e.test'>x</a>", count: 101)) == ["links_exceeded"])
        #expect(CompileFixture.refusals(String(repeating: "<a name=x>x</a>", count: 101)).isEmpty)
    }

    @Test func `from four fifths of a limit on a warning is given`() throws {
        let compiled = try CompileFixture.compile(
            String(repeating: "<a href='https://e.test'>x</a>", count: 81) + String(repeating: "<img>", count: 51)
                + String(repeating: "<p>", count: 1_500) + String(repeating: "x", count: 410_000),
            text: "x"
        )
        #expect(
            Set(compiled.report.warnings.map(\.code))
                == ["html_size_warning", "dom_nodes_warning", "links_warning", "images_warning", "text_length_warning"]
        )
    }

    @Test(.timeLimit(.minutes(1))) func `hostile nesting is refused in bounded time`() {
        #expect(CompileFixture.refusals(String(repeating: "<b>", count: 100_000)) == ["dom_nodes_exceeded"])
        #expect(CompileFixture.refusals(String(repeating: "<div>", count: 8_000)) == ["dom_nodes_exceeded"])
        let attributes = (0..<60_000).map { "a\($0)" }.joined(separator: " ")
        #expect(CompileFixture.refusals("<p \(attributes)>").isEmpty)
        // What goes to gumbo is stopped by its clock.
        #expect(CompileFixture.refusals("<select><p \(attributes)>") == ["html_too_complex"])
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "<!--", "<style>", "<title>", "<a href='", "<p ", "{{", "{{a}}", "<!--[if x]><a href=y>", "a:not(", "/*", "\\", "&", "&#",
            "<plaintext>",
            "<svg><style>", "*|",
        ]
    )
    func `unterminated constructs are bounded`(fragment: String) {
        let text = "<style>" + String(repeating: fragment, count: 20_000 / fragment.utf8.count)
        for html in [text, String(text.dropFirst(7)), text + "</style>" + text] {
            let codes = Set(CompileFixture.refusals(html))
            #expect(codes.isSubset(of: ["dom_nodes_exceeded", "html_too_complex", "links_exceeded", "merge_tags_exceeded"]))
        }
    }

    @Test(.timeLimit(.minutes(1))) func `costly styles stay as they are`() throws {
        let css = (0..<1_000).map { "div div div div div p.c\($0 % 7){top:\($0)px}" }.joined()
        let body = String(repeating: "<div>", count: 300) + String(repeating: "<p class='c0 c1 c2 c3 c4 c5 c6'>", count: 500)
        let html = "<style>\(css)</style>\(body)"
        let compiled = try CompileFixture.compile(html, text: "x")
        #expect(compiled.report.warnings.contains { $0.code == "css_too_complex" })
        #expect(compiled.html == html)
    }
}
