import Testing

@testable import CommCore

@Suite struct CompileMergeTests {
    private func blockers(_ html: String, text: String? = nil, subject: String = "S", _ fields: KnownFields = .anyAttribute) throws
        -> [String]
    {
        let options = CompileFixture.options { $0.fields = fields }
        return try CompileFixture.compile(html + "<i>{{unsubscribe_url}}</i>", text: text, subject: subject, options).report.blockers
            .map { "\($0.code) \($0.part?.rawValue ?? "") \($0.line ?? 0):\($0.column ?? 0)" }
    }

    @Test(arguments: [
        ("{{name}}", "Ann & Co"), ("{{ name }}", "Ann & Co"), ("{{\tname\n}}", "Ann & Co"), ("{{name|x}}", "Ann & Co"),
        ("{{nobody|you & me}}", "you & me"),
        ("{{ nobody | two words }}", "two words"), ("{{nobody}}", ""), ("{{city}}", "Bonn"), ("{{attributes.city}}", "Bonn"),
        ("{{Name}}", ""),
        ("{{email}}{{identity_name}}", "a@b.testFirm"), ("{ {name}} {{name} }", "{ {name}} {{name} }"),
    ])
    func `tags are filled in`(source: String, expected: String) throws {
        let values = ["name": "Ann & Co", "attributes.city": "Bonn", "email": "a@b.test", "identity_name": "Firm"]
        let compiled = try CompileFixture.compile("<p>\(source)</p>", text: source, subject: source.replacing("\n", with: " "))
        let rendered = try CompileFixture.rendered(compiled, values)
        #expect(rendered.text == expected)
        #expect(rendered.html == "<p>\(expected.replacing("&", with: "&amp;"))</p>")
        #expect(rendered.subject == expected || source.contains("\t"))
    }

    @Test(arguments: [
        ("<p title=\"{{name}}\">", "<p title=\"&lt;&amp;&#39;&quot; x\">"), ("<p title='{{name}}'>", "<p title='&lt;&amp;&#39;&quot; x'>"),
        ("<p title={{name}} class=a>", "<p title=\"&lt;&amp;&#39;&quot;&#32;x\" class=a>"),
        ("<p title=a{{name}}b{{none}}>", "<p title=\"a&lt;&amp;&#39;&quot;&#32;xb\">"), ("<p title={{none}}\">", "<p title='\"'>"),
        ("<img src=\"https://e.test/{{name}}.png\">", "<img src=\"https://e.test/%3C%26%27%22%20x.png\">"),
        ("<img src=\"{{name}}\">", "<img src=\"\">"), ("<p style=\"color:{{name}}\">", "<p style=\"color: x\">"),
        ("<title>{{name}}</title>", "<title>&lt;&amp;&#39;&quot; x</title>"),
        ("<!--[if mso]><p>{{name}}</p><![endif]-->", "<!--[if mso]><p>&lt;&amp;&#39;&quot; x</p><![endif]-->"),
        ("<!-- {{name}} -->x", "<!-- {{name}} -->x"), ("<p>{{nobody|caf&eacute; &lt;3}}", "<p>café &lt;3"),
    ])
    func `values are escaped for the place they stand in`(html: String, expected: String) throws {
        #expect(try CompileFixture.rendered(CompileFixture.compile(html), ["name": "<&'\" x"]).html == expected)
    }

    @Test(arguments: [
        "{{#x}}", "{{/x}}", "{{> part}}", "{{{raw}}}", "{{a b}}", "{{}}", "{{ |x}}", "{{^x}}", "{{end}}", "{{@key}}", "{{a|b",
    ])
    func `tags of other languages stay as they are and block`(tag: String) throws {
        #expect(try blockers("<p>\n é\(tag)") == ["unknown_merge_tag html 2:3"])
        #expect(try CompileFixture.compile("<p>\(tag)</p>").html == "<p>\(tag)</p>")
    }

    @Test func `tags that the campaign's contacts cannot have block`() throws {
        #expect(
            try blockers("<p>{{city}}{{town}}{{name}}", subject: "{{town}}", .attributes(["city"])) == [
                "unknown_merge_tag html 1:12", "unknown_merge_tag subject 1:1",
            ]
        )
    }

    @Test func `a tag in a tracked link is checked like any other`() throws {
        let options = CompileFixture.options(track: true) { $0.fields = .attributes([]) }
        let compiled = try CompileFixture.compile("<a href='https://e.test/{{x}}'>{{unsubscribe_url}}</a>", options)
        #expect(compiled.report.blockers.map(\.code) == ["unknown_merge_tag"])
    }

    @Test(arguments: ["<style>a{color:{{x}}}</style>", "<p {{x}}>", "<{{x}}>", "<p title={{ x }}>", "<style>/*{{x}}*/</style>"])
    func `tags where no value can stand safely block`(html: String) throws {
        #expect(try blockers(html).contains { $0.hasPrefix("merge_tag_not_allowed_here html") } || html.hasPrefix("<{{"))
    }

    @Test func `a mail without an unsubscribe link is blocked`() throws {
        #expect(try CompileFixture.compile("<p>x").report.blockers.map(\.code) == ["missing_unsubscribe_url"])
        #expect(try CompileFixture.compile("<!-- {{unsubscribe_url}} -->x").report.blockers.map(\.code) == ["missing_unsubscribe_url"])
        #expect(try CompileFixture.compile("<p>x", text: "{{unsubscribe_url}}").report.blockers.isEmpty)
        #expect(try CompileFixture.compile("<a href={{unsubscribe_url}}>x</a>").report.blockers.isEmpty)
    }

    @Test func `the author's own text part wins`() throws {
        let compiled = try CompileFixture.compile("<p>html {{unsubscribe_url}}", text: "Hi {{name|x}},\n  bye {{#x}}")
        #expect(compiled.text == "Hi {{name|x}},\n  bye {{#x}}")
        #expect(compiled.report.blockers.map(\.part) == [.text])
    }

    @Test func `a generated text keeps tags and gets the unsubscribe link`() throws {
        let compiled = try CompileFixture.compile(
            "<h1>{{name}}</h1><p title='{{unsubscribe_url}}'>x<a href='https://e.test/?q={{city}}'>y</a>"
        )
        #expect(compiled.text == "{{name}}\n========\n\nxy (https://e.test/?q={{city}})\n\nUnsubscribe: {{unsubscribe_url}}")
        let text = try CompileFixture.rendered(compiled, ["name": "A\r\n<b>", "attributes.city": "a b"]).text
        #expect(text.hasPrefix("A\n<b>\n========\n\nxy (https://e.test/?q=a%20b)\n\nUnsubscribe: https://p.test/t/u/"))
    }

    @Test func `markers of other products are reported with their place`() throws {
        let compiled = try CompileFixture.compile("<p>\n*|FNAME|* {{unsubscribe_url}}")
        #expect(compiled.report.warnings.filter { $0.code == "foreign_marker" }.map(\.line) == [2])
        #expect(compiled.html?.contains("*|FNAME|*") == true)
    }
}
