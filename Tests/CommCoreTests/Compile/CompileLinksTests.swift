import Testing

@testable import CommCore

@Suite struct CompileLinksTests {
    private func links(_ html: String, _ options: CompileOptions? = nil) throws -> [LinkReport] {
        try CompileFixture.compile(html, options ?? CompileFixture.options(track: true)).report.links
    }

    private func target(_ href: String, _ utm: UTMOptions) throws -> String? {
        try links("<a href=\"\(href)\">x</a>", CompileFixture.options(track: true, utm: utm)).first?.target
    }

    @Test(arguments: [
        ("", LinkReport.Untracked.empty), ("#top", .anchor), ("mailto:a@e.test", .scheme), ("tel:+1", .scheme), ("sms:+1", .scheme),
        ("ftp://e.test/x", .scheme), ("{{unsubscribe_url}}", .unsubscribe), ("{{ unsubscribe_url }}", .unsubscribe),
        ("https://e.test/?u={{unsubscribe_url}}", .unsubscribe), ("/path", .relative), ("page.html", .relative), ("//e.test/x", .relative),
        ("e.test", .relative), ("https:/e.test", .relative), ("https://", .relative), ("*|ARCHIVE|*", .foreignMarker),
        ("{{#x}}https://e.test{{/x}}", .foreignMarker),
    ])
    func `some links are not tracked, and the report says why`(href: String, reason: LinkReport.Untracked) throws {
        let html = "<p><a href=\"\(href)\">x</a>"
        let compiled = try CompileFixture.compile(html, CompileFixture.options(track: true, utm: UTMOptions(policy: .override)))
        #expect(compiled.report.links.map(\.reason) == [reason])
        #expect(compiled.html?.replacing(" ", with: "") == html.replacing(" ", with: ""))
        #expect(compiled.report.blockers.contains { $0.code == "relative_link" } == (reason == .relative))
    }

    @Test func `a link marked so is not tracked, nor any when tracking is off`() throws {
        #expect(try links("<a href=https://e.test data-do-not-track>x</a>").map(\.reason) == [.doNotTrack])
        #expect(try links("<a href=https://e.test>x</a>", CompileFixture.options()).map(\.reason) == [.off])
    }

    @Test(arguments: ["https://e.test", "HTTP://e.test/a", " https://e.test/\n", "https://e.test:8080/é", "{{shop_url}}"])
    func `web links are tracked`(href: String) throws {
        #expect(try links("<a href=\"\(href)\">x</a>").map(\.tracked) == [true])
    }

    @Test func `relative links are told with their place`() throws {
        let compiled = try CompileFixture.compile("<p>é</p>\n <p>ü <a href='x'>y</a>")
        let issue = try #require(compiled.report.blockers.first { $0.code == "relative_link" })
        #expect([issue.line, issue.column] == [2, 10])
    }

    @Test func `areas, links of conditional comments and links without quotes are rewritten`() throws {
        let html =
            "<a href=https://e.test/a>1</a><!--[if mso]><v:rect href='https://e.test/b'/><![endif]--><map><area href=\"https://e.test/c\"></map>"
        let compiled = try CompileFixture.compile(html, CompileFixture.options(track: true))
        let token = "https://t.test/c/TRACK_TOKEN_ca4da160-0000-7000-8000-000000000001_"
        #expect(
            compiled.html
                == "<a href=\"\(token)0\">1</a><!--[if mso]><v:rect href='\(token)1'/><![endif]--><map><area href=\"\(token)2\"></map>"
        )
    }

    @Test func `indexes count every link in source order`() throws {
        let links = try links(
            "<a href=#x>1</a><a href=https://e.test>2</a><a name=y>no</a><a href='mailto:x@y.test'>3</a><a href=https://f.test>4</a>"
        )
        #expect(links.map(\.index) == [0, 1, 2, 3])
        #expect(links.filter(\.tracked).map(\.index) == [1, 3])
        #expect(links.map(\.text) == ["1", "2", "3", "4"])
    }

    @Test(arguments: [
        ("https://e.test", "https://e.test?", ""), ("https://e.test/", "https://e.test/?", ""),
        ("https://e.test/?a=1", "https://e.test/?a=1&", ""),
        ("https://e.test/?a=1&amp;b=2#f", "https://e.test/?a=1&b=2&", "#f"), ("https://e.test/?", "https://e.test/?", ""),
        ("https://e.test/#a?b", "https://e.test/?", "#a?b"),
        ("https://e.test/{{a}}?q={{b|c d}}#{{f}}", "https://e.test/{{a}}?q={{b|c d}}&", "#{{f}}"),
    ])
    func `parameters are appended before the fragment`(href: String, before: String, after: String) throws {
        let parameters = "utm_source=motorical_email&utm_medium=email&utm_campaign=campaign_ca4da160&utm_content=email_link"
        #expect(try target(href, UTMOptions(policy: .append)) == before + parameters + after)
    }

    @Test func `only parameters that a link lacks are appended`() throws {
        #expect(
            try target("https://e.test/?UTM_Source=x&utm_content=", UTMOptions(policy: .append))
                == "https://e.test/?UTM_Source=x&utm_content=&utm_medium=email&utm_campaign=campaign_ca4da160"
        )
        #expect(try target("{{url}}", UTMOptions(policy: .append)) == "{{url}}")
    }

    @Test func `the campaign's parameters are taken and encoded, and override replaces the link's own`() throws {
        let utm = UTMOptions(policy: .override, source: "a b", medium: "m", campaign: "c&d", content: "e", term: "t")
        #expect(
            try target("https://e.test/?utm_term=own&x=1&utm_source=own&utm_id=7", utm)
                == "https://e.test/?x=1&utm_id=7&utm_source=a%20b&utm_medium=m&utm_campaign=c%26d&utm_content=e&utm_term=t"
        )
        #expect(
            try target("https://e.test/?utm_source=own", UTMOptions(policy: .preserve, source: "x")) == "https://e.test/?utm_source=own"
        )
    }

    @Test func `parameters get into links that are not tracked as well`() throws {
        let options = CompileFixture.options(utm: UTMOptions(policy: .append, source: "s", medium: "m", campaign: "c", content: "d"))
        let compiled = try CompileFixture.compile("<a href='https://e.test/?q={{email}}#x'>y</a>", options)
        #expect(
            try CompileFixture.rendered(compiled, ["email": "a&b@e.test"]).html
                == "<a href='https://e.test/?q=a%26b@e.test&amp;utm_source=s&amp;utm_medium=m&amp;utm_campaign=c&amp;utm_content=d#x'>y</a>"
        )
    }

    @Test func `merge tags in a tracked link are filled in before it is signed`() throws {
        let compiled = try CompileFixture.compile(
            "<a href='https://{{sub}}.e.test/{{path|a b}}?q={{name}}'>x</a>",
            CompileFixture.options(track: true)
        )
        #expect(
            compiled.program.links == [
                LinkTarget(
                    index: 0,
                    url: [
                        .literal("https://"), .field(0, default: "", .urlHost), .literal(".e.test/"),
                        .field(1, default: "a b", .urlComponent),
                        .literal("?q="), .field(2, default: "", .urlComponent),
                    ]
                )
            ]
        )
    }

    @Test func `what may not stand in a URL is encoded`() throws {
        let compiled = try CompileFixture.compile("<a href='https://ü.test/ä b?q=\"é\"'>x</a>", CompileFixture.options(track: true))
        #expect(compiled.program.links.first?.url == [.literal("https://ü.test/%C3%A4%20b?q=%22%C3%A9%22")])
    }

    @Test func `a target too long for a token is left alone`() throws {
        #expect(try links("<a href='https://e.test/\(String(repeating: "x", count: 2_000))'>x</a>").map(\.reason) == [.tooLong])
    }
}
