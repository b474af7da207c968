import CommTesting
import HTML
import Testing

@testable import CommCore

@Suite struct CompileStructureTests {
    @Test(arguments: CompileFixture.newsletters)
    func `a newsletter without styles, links and tags is copied byte for byte`(name: String) throws {
        var html = try CompileFixture.newsletter(name)
        for word in ["style", "href", "{{"] { html = html.replacing(word, with: "zz") }
        #expect(try CompileFixture.compile(html).html == html)
    }

    @Test(arguments: 1...20) func `any markup without styles, links and tags is copied byte for byte`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let fragments = [
            "<", ">", "<p>", "</p>", "<table>", "<td", " class=\"x\"", "\"", "'", "<!--[if mso]>", "<![endif]-->", "&amp;", "&", "{", "}",
            "<b>",
            "</i>", "é", "\r\n", "<svg>", "<title>t</title>", "*|X", "<!doctype html>", " alt=y", "<img src='https://e.test/x'>", "</body>",
        ]
        for _ in 0..<20 {
            let html = "x" + (0..<30).compactMap { _ in fragments.randomElement(using: &random) }.joined()
            if html.contains("{{") { continue }
            #expect(try CompileFixture.compile(html).html == html)
        }
    }

    @Test(arguments: CompileFixture.newsletters) func `newsletters compile, and all words of them stay`(name: String) throws {
        let html = try CompileFixture.newsletter(name)
        let compiled = try CompileFixture.compile(html, CompileFixture.options(track: true, utm: UTMOptions(policy: .append)))
        #expect(compiled.report.blockers.isEmpty)
        let output = try #require(compiled.html)
        #expect(try shownText(output) == shownText(html))
        #expect(compiled.report.links.enumerated().allSatisfy { $0.offset == $0.element.index })
        #expect(compiled.program.links.count == compiled.report.links.count(where: \.tracked))
    }

    /// The text of a document without its styles and merge tags.
    private func shownText(_ html: String) throws -> String {
        let document = try HTMLDocument(Array(html.utf8))
        let text = document.nodes.map { node in
            guard case .text(let text) = node.content, document.nodes[node.parent].element?.name != "style" else { return "" }
            return text
        }.joined()
        return text.split(separator: "{{").map { $0.split(separator: "}}").last ?? "" }.joined().filter { !$0.isWhitespace }
    }

    @Test func `the letter comes out as its golden result`() throws {
        let compiled = try CompileFixture.compile(
            try CompileFixture.newsletter("autumn-letter"),
            subject: "Autumn for {{name|you}}",
            CompileFixture.options(track: true, utm: UTMOptions(policy: .append))
        )
        #expect(try compiled.html == CompileFixture.file("autumn-letter.compiled.html"))
        #expect(try compiled.text + "\n" == CompileFixture.file("autumn-letter.compiled.txt"))
        #expect(compiled.program.fields == ["email", "name", "attributes.city", "identity_name"])
        #expect(compiled.report.metrics.mergeVariables == ["city", "email", "identity_name", "name", "unsubscribe_url"])
        #expect(compiled.report.warnings.map(\.code) == ["missing_text_fallback"])
    }

    @Test func `the same source gives the same hash, and another source another`() throws {
        let first = try CompileFixture.compile("<p>a {{unsubscribe_url}}")
        #expect(try first.hash == CompileFixture.compile("<p>a {{unsubscribe_url}}").hash)
        #expect(try first.hash != CompileFixture.compile("<p>b {{unsubscribe_url}}").hash)
        #expect(try first.program.contentHash() == first.hash)
    }

    @Test func `preheader and pixel go where mail programs look for them`() throws {
        let options = CompileFixture.options { options in
            options.preheader = "Hi {{name}} <3"
            options.openPixel = true
        }
        let compiled = try CompileFixture.compile(
            "<!doctype html><html><head><title>t</title></head><body class=x>T</body></html>",
            options
        )
        let html = try CompileFixture.rendered(compiled, ["name": "<A>"]).html
        #expect(html.hasPrefix("<!doctype html><html><head><title>t</title></head><body class=x><div style=\"display:none"))
        #expect(html.contains(">Hi &lt;A&gt; &lt;3</div>T<img src=\"https://t.test/o/"))
        #expect(html.hasSuffix(";height:1px\"></body></html>"))
        #expect(try CompileFixture.compile("<p>x", options).html?.hasPrefix("<div style") == true)
    }

    @Test func `hooks run before and after, and a failing one is only reported`() throws {
        struct Failure: Error {}
        let hooks = [
            CompileHook(
                name: "shout",
                before: { source, _ in
                    source.subject += "!"; return []
                }
            ),
            CompileHook(name: "fail", before: { _, _ in throw Failure() }, after: { _ in throw Failure() }),
            CompileHook(name: "count", after: { [CompileIssue("seen", $0.subject)] }),
        ]
        let compiled = try CompilePipeline(hooks: hooks).compile(
            TemplateSource(subject: "S", html: nil, text: "{{unsubscribe_url}}"),
            options: CompileFixture.options()
        )
        #expect(compiled.subject == "S!")
        #expect(compiled.report.warnings.map(\.code) == ["hook_failed", "hook_failed", "seen"])
    }
}
