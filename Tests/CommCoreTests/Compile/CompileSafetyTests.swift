import CommTesting
import HTML
import Testing

@testable import CommCore

@Suite struct CompileSafetyTests {
    @Test(arguments: [
        ("<p>a<script>x()</script>b", "<p>ab", "script_tags"),
        ("<p>a<SCRIPT src=//e.test></SCRIPT >b", "<p>ab", "script_tags"),
        ("<p>a<script>x", "<p>a", "script_tags"),
        ("<p onclick='x()' class=a>b", "<p class=a>b", "event_handlers"),
        ("<img src=x ONERROR=alert(1)>", "<img src=x>", "event_handlers"),
        ("<p title='a'onclick='x()'class=b>", "<p title='a'class=b>", "event_handlers"),
        ("<a href='javascript:x()'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<a href=' jAva\tscript&colon;x()'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<a href='&#1;&#106avascript:x'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<a href=vbscript:x>a</a>", "<a>a</a>", "javascript_urls"),
        ("<a href='data:text/html;base64,x'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<img src='data:image/svg+xml,x'>", "<img>", "javascript_urls"),
        ("<svg><a xlink:href='javascript:x'>a</a></svg>", "<svg><a>a</a></svg>", "javascript_urls"),
        ("<!--[if mso]><a href='javascript:x'>a</a><![endif]-->", "<!--[if mso]><a>a</a><![endif]-->", "javascript_urls"),
        ("<p>a<iframe src=x>y</iframe>b", "<p>ab", "dangerous_element"),
        ("<p>a<object data=x><p>y</object>b", "<p>ab", "dangerous_element"),
        ("<base href='https://e.test/'>a", "a", "dangerous_element"),
        ("<meta http-equiv=Refresh content='0;url=x'>a", "a", "dangerous_element"),
        ("<p style='color:red;behavior:url(x)'>", "<p style='color:red;'>", "dangerous_css"),
        ("<p style='width:expr\\65ssion(x)'>", "<p style=''>", "dangerous_css"),
        ("<p style='background:url( \"javascript:x\")'>", "<p style=''>", "dangerous_css"),
        ("<style>b{background:url(javascript:x);top:0}</style><p><b>", "<p><b style=\"top:0\">", "dangerous_css"),
        ("<table><tr onclick=x><td>", "<table><tr><td>", "event_handlers"),
        ("<tr onclick=x>a", "<tr>a", "event_handlers"),
        ("<svg><title><p onclick=x></title></svg>", "<svg><title><p></title></svg>", "event_handlers"),
    ])
    func `what runs code is removed and reported, or refused`(html: String, expected: String, code: String) throws {
        let compiled = try CompileFixture.compile(html, text: "x")
        #expect(compiled.html == expected)
        #expect(compiled.report.warnings.map(\.code).contains(code))
        #expect(CompileFixture.refusals(html, text: "x", CompileFixture.options { $0.dangerousContent = .refuse }).contains(code))
    }

    @Test(arguments: [
        "<img src='data:image/png;base64,AA=='>", "<a href='https://e.test/javascript:x'>a</a>", "<p data-onclick=x>",
        "<p>javascript:x onclick=y",
        "<!-- <script>x</script> -->a", "<p style='background:url(https://e.test/x.png)'>", "<img alt='a > onclick=x'>",
    ])
    func `what only looks like it stays`(html: String) throws {
        #expect(try CompileFixture.compile(html).html == html)
    }

    @Test(arguments: 1...20) func `no recipient's value changes the structure of a mail`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let html = """
            <p title="{{v}}" class='{{v}}' lang={{v}} style="color:{{v}}">{{v}}</p><a href="{{v}}">a</a><a href="https://e.test/{{v}}">b</a>\
            <img src='https://{{v}}.e.test/'><title>{{v}}</title><!--[if mso]><b id={{v}}>{{v}}</b><![endif]-->
            """
        let compiled = try CompileFixture.compile(html, CompileFixture.options())
        let fragments = [
            "<", ">", "\"", "'", "&", "=", "`", " ", "\n", "/", "-->", "<script>", "</title>", "javascript:", "onload=x", "{{v}}", "]", "é",
            ":",
        ]
        func shape(_ html: String) throws -> [String] {
            let document = try HTMLDocument(Array(html.utf8))
            return document.elements.map { index, element in
                "\(element.name) \(element.tag?.attributes.map(\.name) ?? [])"
            } + document.items.map { if case .comment = $0 { "comment" } else { "" } }
        }
        let expected = try shape(CompileFixture.rendered(compiled, ["attributes.v": "x"]).html)
        for _ in 0..<20 {
            let value = (0..<Int.random(in: 1...8, using: &random)).compactMap { _ in fragments.randomElement(using: &random) }.joined()
            let rendered = try CompileFixture.rendered(compiled, ["attributes.v": value]).html
            #expect(try shape(rendered) == expected)
            for case .tag(let tag) in SourceScanner.scan(Array(rendered.utf8), in: 0..<rendered.utf8.count) {
                guard let href = tag.attribute("href")?.value else { continue }
                #expect(URLScheme.of(CharacterReferences.decode(Array(rendered.utf8)[href]).utf8) != "javascript")
            }
        }
    }
}
