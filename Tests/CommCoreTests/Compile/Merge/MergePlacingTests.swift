import CommTesting
import Foundation
import Testing

@testable import CommCore

/// Where logic may stand in a mail, and what it does there.
@Suite struct MergePlacingTests {
    private let vip = ["attributes.vip": "1", "name": "Ann"]

    private func html(_ source: String, _ values: [String: String], track: Bool = false) throws -> String {
        try CompileFixture.rendered(CompileFixture.compile(source, CompileFixture.options(track: track)), values).html
    }

    @Test(arguments: [
        ("<p>{{#if vip}}<b>yes</b>{{else}}<i>no</i>{{/if}}</p>", "<p><b>yes</b></p>", "<p><i>no</i></p>"),
        (
            "<table>{{#if vip}}<tr><td>1</td></tr>{{/if}}<tr><td>2</td></tr></table>",
            "<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "<table><tr><td>2</td></tr></table>"
        ),
        ("<p class=\"a {{#if vip}}gold{{else}}plain{{/if}}\">", "<p class=\"a gold\">", "<p class=\"a plain\">"),
        ("<p style=\"color:{{#if vip}}red{{else}}blue{{/if}}\">x", "<p style=\"color:red\">x", "<p style=\"color:blue\">x"),
        (
            "<img src=\"https://e.test/{{#if vip}}a{{else}}b{{/if}}.png\">", "<img src=\"https://e.test/a.png\">",
            "<img src=\"https://e.test/b.png\">"
        ),
        ("{{#if vip &amp;&amp; x}}", "", ""),
        ("<p>{{#if vip == &quot;1&quot;}}1{{/if}}</p>", "<p>1</p>", "<p></p>"),
        ("<p>{{#if vip <2 and vip}}1{{/if}}</p>", "<p>1</p>", "<p></p>"),
        ("<title>{{#if vip}}1{{/if}}</title>", "<title>1</title>", "<title></title>"),
        ("<!--[if mso]>{{#if vip}}<b>1</b>{{/if}}<![endif]-->x", "<!--[if mso]><b>1</b><![endif]-->x", "<!--[if mso]><![endif]-->x"),
        ("<p>{{! note }}x</p>", "<p>x</p>", "<p>x</p>"), ("<p>\\{{x}}</p>", "<p>{{x}}</p>", "<p>{{x}}</p>"),
    ])
    func `blocks stand in text and in whole attribute values`(source: String, then: String, otherwise: String) throws {
        guard !source.contains("&amp;&amp;") else {
            #expect(CompileFixture.refusals(source) == ["invalid_merge_tag"])
            return
        }
        #expect(try html(source, vip) == then)
        #expect(try html(source, [:]) == otherwise)
    }

    @Test(arguments: [
        ("<p {{#if vip}}class=a{{/if}}>", "merge_tag_not_allowed_here"), ("<{{#if vip}}b{{/if}}>x", "merge_tag_not_allowed_here"),
        ("<{{#if x}}{{/if}}script>alert(1)</script>", "merge_tag_not_allowed_here"),
        ("<{{! }}script>alert(1)</script>", "merge_tag_not_allowed_here"),
        ("<style>{{#if vip}}a{}{{/if}}</style>", "merge_tag_not_allowed_here"), ("<p title=\"{{#if vip}}\">{{/if}}", "misplaced_block"),
        ("<p title=\"{{#if vip}}a\" lang=\"b{{/if}}\">", "misplaced_block"), ("{{#if vip}}<p title=\"a{{/if}}\">", "misplaced_block"),
        ("<!--[if mso]>{{#if vip}}<![endif]-->{{/if}}", "misplaced_block"), ("<p title=\"{{! x}}\">", "merge_tag_not_allowed_here"),
        ("<img src=\"{{#if vip}}java{{/if}}script:alert(1)\">", "merge_tag_not_allowed_here"),
        ("<a href=\"{{x}}{{#if vip}}java{{/if}}script:alert(1)\">x</a>", "merge_tag_not_allowed_here"),
        ("<a data-do-not-track href=\"{{#if vip}}http{{else}}javascript{{/if}}:alert(1)\">x</a>", "merge_tag_not_allowed_here"),
        ("<p style=\"width:expres{{#if vip}}sion(alert(1)){{/if}}\">x", "merge_tag_not_allowed_here"),
        ("<meta http-equiv=\"re{{#if vip}}{{/if}}fresh\" content=\"0;url=https://e.test\">", "merge_tag_not_allowed_here"),
        ("<p onclick=\"{{#if vip}}x{{/if}}\">x", ""),
    ])
    func `blocks that would cut markup are refused`(source: String, code: String) {
        #expect(CompileFixture.refusals(source).first ?? "" == code)
    }

    @Test func `values stay values inside of branches`() throws {
        let nasty = "</b>{{#if vip}}\"'<script>{{name}}\\{{x}}"
        let values = ["name": nasty, "attributes.vip": nasty, "attributes.list": #"["\"><script>","{{name}}","a\nb"]"#]
        let shown = try html("<p title=\"{{#if vip}}{{name}}{{/if}}\">{{#each list}}<b>{{this}}</b>{{/each}}", values)
        #expect(!shown.contains("<script"))
        #expect(shown.contains("<b>&quot;&gt;&lt;script&gt;</b><b>{{name}}</b>"))
        let compiled = try CompileFixture.compile("<p>x", text: "{{unsubscribe_url}}", subject: "{{#each list}}{{this}};{{/each}}")
        #expect(try CompileFixture.rendered(compiled, values).subject == "\"><script>;{{name}};a b;")
        #expect(
            try html("<img src=\"https://e.test/{{#if vip}}{{name|truncate:5}}{{/if}}\">", values)
                == "<img src=\"https://e.test/%3C%2Fb%3E%E2%80%A6\">"
        )
    }

    @Test func `links in branches and loops are tracked, signed with their own target`() throws {
        let source = """
            {{#if vip}}<a href="https://e.test/vip/{{name|lower}}?c={{city|none}}">v</a>{{/if}}<ul>{{#each orders}}<li><a href="{{this.url}}">{{this.t}}</a>\
            </li>{{/each}}</ul><a href="https://e.test/{{#if vip}}a{{else}}b{{/if}}">w</a><i>{{unsubscribe_url}}</i>
            """
        let compiled = try CompileFixture.compile(source, CompileFixture.options(track: true))
        #expect(compiled.report.links.map(\.tracked) == [true, true, true])
        let orders = #"[{"url":"https://e.test/1","t":"A"},{"url":"https://e.test/2","t":"B"}]"#
        #expect(
            try targets(compiled, ["attributes.vip": "1", "name": "ANN", "attributes.orders": orders]) == [
                "0 https://e.test/vip/ann?c=none", "1 https://e.test/1", "1 https://e.test/2", "2 https://e.test/a",
            ]
        )
        // A link that is not written may have no sense.
        #expect(try targets(compiled, [:]) == ["2 https://e.test/b"])
        let bad = ["attributes.orders": #"[{"url":"javascript:alert(1)"}]"#]
        #expect(throws: RenderError.self) { try CompileFixture.rendered(compiled, bad) }
    }

    private func targets(_ compiled: CompiledTemplate, _ values: [String: String]) throws -> [String] {
        let html = try CompileFixture.rendered(compiled, values).html
        let verifier = LinkTokenVerifier(keys: [try LinkTokenKey(id: "k", secret: Array(repeating: 1, count: 32))])
        return try html.ranges(of: "https://t.test/c/").map { range in
            let token = String(html[range.upperBound...].prefix { $0 != "\"" })
            let link = try #require(try verifier.verify(token, for: .click, now: Date(timeIntervalSince1970: 1_767_225_600)).link)
            return "\(link.index) \(link.url)"
        }
    }

    @Test func `a loop's value in a link outside of the loop is refused`() {
        #expect(
            CompileFixture.refusals("<a href='https://e.test/{{this.x}}'>y</a>", CompileFixture.options(track: true)) == [
                "loop_value_outside_loop"
            ]
        )
    }

    @Test(arguments: [
        ("<p>A</p>{{#if vip}}<p>B</p>{{/if}}<p>C</p>", "A\n\nB\n\nC", "A\n\nC"),
        ("<p>Hi {{#if vip}}dear {{/if}}you</p>", "Hi dear you", "Hi you"),
        ("<table>{{#if vip}}<tr><td>1</td></tr>{{/if}}<tr><td>2</td></tr></table>", "1\n2", "2"),
        ("<ul>{{#if vip}}<li>1</li>{{/if}}<li>2</li></ul>", "* 1\n* 2", "* 2"),
        ("<title>{{#if vip}}1{{/if}}</title>{{#if vip}}<p>A</p>{{/if}}<p>C</p>", "A\n\nC", "C"),
        ("<div style='display:none'>{{#if vip}}x{{/if}}</div>y", "y", "y"),
    ])
    func `the text part made from the HTML has the same branches`(source: String, then: String, otherwise: String) throws {
        let compiled = try CompileFixture.compile(source)
        #expect(try CompileFixture.rendered(compiled, vip).text == then)
        #expect(try CompileFixture.rendered(compiled, [:]).text == otherwise)
        #expect(!compiled.report.warnings.contains { $0.code == "text_without_logic" })
    }

    @Test func `a preheader may hold logic`() throws {
        let options = CompileFixture.options { $0.preheader = "{{#if vip}}a < {{name}}{{else}}b{{/if}}" }
        let compiled = try CompileFixture.compile("<p>x</p>", options)
        #expect(try CompileFixture.rendered(compiled, vip).html.contains(">a &lt; Ann</div>"))
        #expect(try CompileFixture.rendered(compiled, [:]).html.contains(">b</div>"))
    }

    @Test func `an unsubscribe link has to be in every branch`() throws {
        func blockers(_ html: String) throws -> [String] { try CompileFixture.compile(html, text: "x").report.blockers.map(\.code) }
        #expect(try blockers("{{#if vip}}{{unsubscribe_url}}{{/if}}") == ["missing_unsubscribe_url"])
        #expect(try blockers("{{#each a}}{{unsubscribe_url}}{{/each}}") == ["missing_unsubscribe_url"])
        #expect(try blockers("{{#if vip}}{{unsubscribe_url}}{{else}}x{{unsubscribe_url}}{{/if}}").isEmpty)
    }

    @Test func `fields of conditions are known or block`() throws {
        let options = CompileFixture.options { $0.fields = .attributes(["city"]) }
        let compiled = try CompileFixture.compile(
            "<p>{{#if town}}x{{/if}}{{#if city}}{{unsubscribe_url}}{{else}}{{unsubscribe_url}}{{/if}}",
            options
        )
        #expect(compiled.report.blockers.map(\.code) == ["unknown_merge_tag"])
        #expect(compiled.report.blockers.first?.column == 4)
        #expect(compiled.report.metrics.mergeVariables == ["city", "town", "unsubscribe_url"])
    }

    @Test func `loops and their output have a bound that fails one recipient only`() throws {
        let compiled = try CompileFixture.compile(nil, text: "{{#each a}}{{#each b}}x{{/each}}{{/each}}")
        let list = "[" + Array(repeating: "1", count: 40).joined(separator: ",") + "]"
        let error = #expect(throws: RenderError.self) {
            try CompileFixture.rendered(compiled, ["attributes.a": list, "attributes.b": list])
        }
        #expect(error?.code == .tooManyRounds)
        let large = try CompileFixture.compile(nil, text: "{{#each a}}{{name}}{{/each}}")
        let tooLarge = #expect(throws: RenderError.self) {
            try CompileFixture.rendered(large, ["attributes.a": list, "name": String(repeating: "x", count: 500_000)])
        }
        #expect(tooLarge?.code == .bodyTooLarge)
    }

    @Test func `a program with logic survives its JSON`() throws {
        let source =
            "{{#if a == 1 or b}}{{c|date:\"d MMM\"}}{{else}}{{#each d}}{{this.x|upper}}{{@index}}{{/each}}{{/if}}{{unsubscribe_url}}"
        let program = try CompileFixture.compile("<p>\(source)</p>").program
        let read = try JSONDecoder().decode(RenderProgram.self, from: Data(try program.encoded().utf8))
        #expect(read == program)
        #expect(program.language == "en")
        #expect(program.fields.contains("language"))
    }

    @Test func `a compiled artifact with logic is the same as ever`() throws {
        let compiled = try CompileFixture.compile("<p>{{#if vip}}<b>{{name|upper}}</b>{{else}}x{{/if}}</p>", text: "{{unsubscribe_url}}")
        let expected = """
            {"fields":["attributes.vip","name"],"html":[{"lit":"<p>"},{"else":[{"lit":"x"}],"if":[{"then":[{"lit":"<b>"},{"as":"html",\
            "filters":[["upper"]],"value":"name"},{"lit":"</b>"}],"when":{"true":{"of":"attributes.vip"}}}]},{"lit":"</p>"}],"links":[],\
            "subject":[{"lit":"S"}],"text":[{"unsubscribe":"text"}]}
            """
        #expect(try compiled.program.encoded() == expected)
    }

    @Test(arguments: 1...60) func `any template compiles or is refused, and renders within its bounds`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = [
            "{{#if a}}", "{{#if a == \"x\"}}", "{{#unless b}}", "{{#each c}}", "{{else}}", "{{else if b}}", "{{/if}}", "{{/unless}}",
            "{{/each}}",
            "{{this}}", "{{this.x|upper}}", "{{name|x}}", "{{a|date}}", "{{! c }}", "{{~ a ~}}", "\\{{", "{{", "}}", "<p>", "</p>",
            "<table><tr><td>", "</table>",
            "<a href=\"https://e.test/{{a}}\">", "</a>", "<p title=\"", "\">", "<!--[if mso]>", "<![endif]-->", "<", "&lt;", " text ", "\n",
            "é", "<style>", "</style>",
        ]
        for _ in 0..<40 {
            let source = (0..<Int.random(in: 1...14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let compiled = try? CompileFixture.compile(source, subject: "S", CompileFixture.options(track: true)) else { continue }
            let values = ["name": "<N>", "attributes.a": "x", "attributes.b": "0", "attributes.c": #"[{"x":"<1>"},"{{name}}"]"#]
            let html = try CompileFixture.rendered(compiled, values).html
            #expect(!html.contains("<N>") && !html.contains("<1>"), "seed \(seed): \(source)")
        }
    }
}
