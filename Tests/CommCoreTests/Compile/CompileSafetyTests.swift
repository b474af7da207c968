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
        ("<svg><title><p onclick=x></title></svg>", "<svg><title></title></svg>", "event_handlers"),
        ("<svg><title>a<p {{name}}>b</title></svg>", "<svg><title>ab</title></svg>", "ambiguous_html"),
        ("<p>a<form action=x>b<input name=y>c<button>d</button></form>e", "<p>abcde", "form_elements"),
        ("<p>a<select><option>b</select>c<textarea>d</textarea>e", "<p>ace", "form_elements"),
        ("<p formaction=x>a", "<p>a", "form_elements"),
        ("<p>a<template><b>x</b></template>b", "<p>ab", "dangerous_element"),
        ("<p>a<noscript>b</noscript>c", "<p>abc", "ambiguous_html"),
        ("<noscript><p title=\"</noscript><img src=x onerror=a>\">", "<p title=\"</noscript><img src=x onerror=a>\">", "ambiguous_html"),
        ("<p>a<xmp><b></xmp>b", "<p>ab", "ambiguous_html"),
        ("<p>a<plaintext>b<script>", "<p>a", "ambiguous_html"),
        ("<p>a<style>b{c:d}", "<p>a", "ambiguous_html"),
        ("<p>a<title>b<script>c</script>", "<p>a", "ambiguous_html"),
        ("<p>a<noembed><script>b</noembed>c", "<p>ac", "ambiguous_html"),
        ("<svg><foreignObject><p>x</foreignObject></svg>a", "<svg></svg>a", "ambiguous_html"),
        ("<svg><a xlink:href='https://e.test/'>x</a></svg>", "<svg><a>x</a></svg>", "ambiguous_html"),
        ("<svg><use href='https://e.test/#x'/></svg>", "<svg><use/></svg>", "ambiguous_html"),
        ("<svg><a><set attributeName=href to=javascript:x /></a></svg>", "<svg><a></a></svg>", "script_tags"),
        ("<x:script xmlns:x='http://www.w3.org/1999/xhtml'>x</x:script>a", "a", "script_tags"),
        ("<p>a<?import namespace=t implementation='#x'>b", "<p>ab", "dangerous_element"),
        ("<link rel='preload Import' href=x>a", "a", "dangerous_element"),
        ("<a href='https://e.test/' ping='https://f.test/'>a</a>", "<a href='https://e.test/'>a</a>", "dangerous_element"),
        ("<img srcset='a.png 1x, javascript:x 2x'>", "<img>", "javascript_urls"),
        ("<img src='data:image/pngx,a'>", "<img>", "javascript_urls"),
        ("<img src='data: image/svg+xml,a'>", "<img>", "javascript_urls"),
        ("<table background='java&Tab;script&colon;x'>", "<table>", "javascript_urls"),
        ("<a href='  &#x6A;ava\nscript:x'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<a href='view-source:x'>a</a>", "<a>a</a>", "javascript_urls"),
        ("<iframe srcdoc='<script>x</script>'></iframe>a", "a", "dangerous_element"),
        ("<p style='-moz-binding:url(x)'>", "<p style=''>", "dangerous_css"),
        ("<p style='be\\68 avior:url(x)'>", "<p>", "dangerous_css"),
        ("<p style='width:exp/**/ression(x)'>", "<p style=''>", "dangerous_css"),
        ("<p style='background:\\75 rl(\\6A avascript:x)'>", "<p style=''>", "dangerous_css"),
        ("<p style='a:url(data:text/html,x)'>", "<p style=''>", "dangerous_css"),
        ("<!--[if mso]><style>p{width:expression(x)}</style><![endif]-->a", "<!--[if mso]><style></style><![endif]-->a", "dangerous_css"),
        ("<!--[if mso]><script>x</script><![endif]-->a", "<!--[if mso]><![endif]-->a", "script_tags"),
        ("<<script></script>script>x()</script>", "< script>x()</script>", "script_tags"),
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
        "<!--[if mso]><style>v\\:*{behavior:url(#default#VML)}</style><![endif]-->a", "<p style='scroll-behavior:smooth'>",
        "<img srcset='a.png 1x, https://e.test/b.png 2x'>", "<link rel=icon href='https://e.test/i.png'>",
        "<p class='onclick' title='javascript:x'>",
        "<svg><use href='#a'/><a href='#b'>x</a></svg>", "<video src='https://e.test/a.mp4'></video>",
        "<meta http-equiv=Content-Type content=x>",
        "<!-- <script>x</script> -->a", "<p style='background:url(https://e.test/x.png)'>", "<img alt='a > onclick=x'>",
    ])
    func `what only looks like it stays`(html: String) throws {
        #expect(try CompileFixture.compile(html).html == html)
    }

    @Test func `a policy decides class by class, and never lets code in`() throws {
        let html = "<p>a<iframe src=x></iframe><form>b</form><script>c</script><link rel=stylesheet href=d>"
        let options = CompileFixture.options {
            $0.dangerousContent = DangerousContentPolicy([.embeds: .allow, .forms: .allow, .code: .allow])
        }
        let compiled = try CompileFixture.compile(html, text: "x", options)
        #expect(compiled.html == "<p>a<iframe src=x></iframe><form>b</form>")
        #expect(compiled.report.warnings.map(\.code) == ["dangerous_element", "form_elements", "script_tags", "remote_stylesheet"])
        let refusing = CompileFixture.options { $0.dangerousContent = DangerousContentPolicy([.forms: .refuse]) }
        #expect(CompileFixture.refusals(html, text: "x", refusing) == ["form_elements"])
    }

    @Test(arguments: [
        "<link rel=stylesheet href='https://e.test/a.css'>a", "<style>@import url(https://e.test/a.css);</style>a",
        "<style>@\\69mport 'a.css';</style>a",
    ])
    func `style sheets that are loaded stay and are reported, unless the policy says otherwise`(html: String) throws {
        #expect(try CompileFixture.compile(html, text: "x").report.warnings.map(\.code) == ["remote_stylesheet"])
        let options = CompileFixture.options { $0.dangerousContent[.remoteStyles] = .remove }
        let removed = try #require(try CompileFixture.compile(html, text: "x", options).html)
        #expect(!removed.contains("a.css"))
    }

    @Test(arguments: [
        ("<a href='https://evil.test/'>https://bank.example/login</a>", "misleading_link"),
        ("<a href='https://evil.test/'>www.bank.example</a>", "misleading_link"),
        ("<a href='https://evil.test/'>bank.com</a>", "misleading_link"),
        ("<a href='https://bank.example@evil.test/'>x</a>", "misleading_link"),
        ("<a href='https://b\u{430}nk.test/'>x</a>", "lookalike_host"),
        ("<a href='https://\u{440}\u{430}\u{443}.test/'>x</a>", "lookalike_host"),
        ("<a href='https://xn--80ak6aa92e.test/'>x</a>", "lookalike_host"),
        ("<a href='https://e.test/'>log\u{202E}in</a>", "hidden_characters"),
        ("<a href='https://e.test/'>log\u{200B}in</a>", "hidden_characters"),
        ("<a href='https://e.test/?url=https%3A%2F%2Fother.example%2F'>x</a>", "nested_redirect"),
        ("<a href='https://t.test/c/abc'>x</a>", "already_tracked_link"),
        ("<a href='https://e.test/TRACK_TOKEN_1_2'>x</a>", "already_tracked_link"),
        ("a<img src='https://e.test/p' width=1 height=1>", "foreign_tracking_pixel"),
        ("a<img src='https://e.test/p' style='width:1px;height:0 !important'>", "foreign_tracking_pixel"),
        ("<p>a<span style='font-size:0'>b</span>", "invisible_text"),
        ("<p>a<span style='font-size:1px'>b</span>", "invisible_text"),
        ("<p>a<span style='opacity:0'>b</span>", "invisible_text"),
        ("<p>a<div style='position:absolute;left:-9999px'>b</div>", "invisible_text"),
        ("<p>a<p style='color:#fff'>b", "invisible_text"),
        ("<table bgcolor=#123456><tr><td>a<td style='color:rgb(18, 52, 86)'>b</table>", "invisible_text"),
    ])
    func `what deceives readers is reported with its place`(html: String, code: String) throws {
        let warnings = try CompileFixture.compile("<i>\n</i>" + html, text: "x").report.warnings
        let issue = try #require(warnings.first { $0.code == code }, "\(warnings)")
        #expect(issue.line == 2 && (issue.column ?? 0) > 4)
    }

    @Test(arguments: [
        "<a href='https://www.bank.example/x'>bank.example</a>", "<a href='https://bank.example/'>https://www.bank.example/y</a>",
        "<a href='https://bank.example/'>readme.md</a>", "<a href='https://bank.example/'>Visit us at the shop.</a>",
        "<a href='https://m\u{FC}nchen.test/'>x</a>", "<a href='https://\u{65E5}\u{672C}\u{30AB}.test/'>x</a>",
        "<a href='https://e.test/'>\u{645}\u{6CC}\u{200C}\u{62E}</a>", "<a href='https://e.test/share?u=https://other.test/'>x</a>",
        "<a href='https://e.test/?next=/x'>x</a>", "<div style='display:none;font-size:1px'>preheader</div><p>a",
        "<p>a<div style='display:none'>for phones</div>", "<div style='font-size:0'> <p style='font-size:14px'>a</div>",
        "<style>.b{background:#000}</style><p>a<p class=b style='color:#fff'>b", "<p>a<img src='https://e.test/l' width=600 height=1>",
        "<p style='background:#000;color:#fff'>a", "<p>a<span style='font-size:0'>&nbsp;&zwnj;</span>",
    ])
    func `what readers expect is not`(html: String) throws {
        let codes = Set(try CompileFixture.compile(html, text: "x").report.warnings.map(\.code))
        #expect(
            codes.isDisjoint(with: [
                "misleading_link", "lookalike_host", "hidden_characters", "nested_redirect", "invisible_text",
                "already_tracked_link", "foreign_tracking_pixel",
            ]),
            "\(codes)"
        )
    }

    @Test func `controls of the writing direction in a subject are reported`() throws {
        #expect(try CompileFixture.compile("<p>x", text: "x", subject: "a\u{202E}b").report.warnings.map(\.part) == [.subject])
    }

    @Test(arguments: 1...30) func `nothing dangerous survives, whatever is put together`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let fragments = [
            "<script>", "</script>", "<script", "<", ">", "</", "<!--", "-->", "<!--[if mso]>", "<![endif]-->", "<style>", "</style>",
            "<title>",
            "</title>", "<svg>", "</svg>", "<math>", "<noscript>", "</noscript>", "<iframe srcdoc=\"", "<img src=x onerror=y>",
            " onload=z ",
            "<a href=\"java&#115;cript:x\">", "<a href='", "javascript:", "<p style='width:expression(x)'>", "'", "\"", "=", " ", "x", "/",
            "<form action=x>", "<base href=x>", "<plaintext>", "<textarea>", "</textarea>", "<template>", "<b>", "</b>", "<table><tr><td>",
            "<xmp>", "</xmp>", "behavior:url(x)", ";", "&lt;", "ipt>", "scr",
        ]
        for _ in 0..<60 {
            let html = "x" + (0..<20).compactMap { _ in fragments.randomElement(using: &random) }.joined()
            guard let output = try? CompileFixture.compile(html, text: "x").html else { continue }
            #expect(IndependentChecker.dangers(in: output) == [], "\(html)\n\(output)")
            // What is safe stays as it is.
            if let again = try? CompileFixture.compile(output, text: "x").html { #expect(again == output, "\(html)") }
        }
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
