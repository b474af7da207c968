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
        ("https://e.test/?u={{unsubscribe_url}}", .unsubscribe), ("/path", .relative), ("page.html", .relative), ("///x", .relative),
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

    @Test(arguments: [
        ("https://e.test/?a=1&&b=%2F&c=%C3%A9;d+e", "https://e.test/?a=1&&b=%2F&c=%C3%A9;d+e&", ""),
        ("https://e.test/a%2Fb;x=1/?q#!/path?x=1&y", "https://e.test/a%2Fb;x=1/?q&", "#!/path?x=1&y"),
        ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x?", ""),
        ("https://user@e.test/?a=b&", "https://user@e.test/?a=b&", ""),
        ("https://xn--mnchen-3ya.test/~x", "https://xn--mnchen-3ya.test/~x?", ""),
        ("https://e.test?x[]=1&x[]=2", "https://e.test?x[]=1&x[]=2&", ""),
    ])
    func `all else of an address stays byte for byte`(href: String, before: String, after: String) throws {
        let utm = UTMOptions(policy: .append, source: "s", medium: "m", campaign: "c", content: "d")
        #expect(try target(href, utm) == before + "utm_source=s&utm_medium=m&utm_campaign=c&utm_content=d" + after)
        #expect(try target(href, UTMOptions(policy: .preserve, source: "s")) == href)
    }

    @Test func `parameters written with an escape are the link's own, too`() throws {
        let utm = UTMOptions(policy: .append, source: "s", medium: "m", campaign: "c", content: "d")
        #expect(try target("https://e.test/?utm%5Fsource=own", utm)?.contains("utm_source=s") == false)
        let replaced = try target("https://e.test/?utm%5fSource=own&a=1", UTMOptions(policy: .override, source: "s"))
        #expect(replaced?.hasPrefix("https://e.test/?a=1&utm_source=s&") == true)
    }

    @Test(arguments: [
        ("https://shop.example/x", true), ("https://www.shop.example/x", true), ("HTTPS://WWW.SHOP.EXAMPLE:8443/", true),
        ("https://notshop.example/", false), ("https://shop.example.test/", false), ("https://user@shop.example/", true),
        ("https://shop.example./", true), ("https://other.test/?u=https://shop.example/", false), ("https://m\u{FC}nchen.test/", true),
        ("https://xn--mnchen-3ya.test/", true), ("https://{{sub}}.shop.example/", false),
    ])
    func `hosts of the tenant's list are not tracked, nor those below them`(href: String, isListed: Bool) throws {
        let options = CompileFixture.options(track: true) { $0.untrackedHosts = ["Shop.example", "*.m\u{FC}nchen.test"] }
        #expect(try links("<a href=\"\(href)\">x</a>", options).map(\.reason) == [isListed ? .untrackedHost : nil])
    }

    @Test func `an address without a protocol is taken for https, and the author is told`() throws {
        let compiled = try CompileFixture.compile("<p>a\n<a href='//e.test/x?y#z'>x</a>", text: "x")
        #expect(compiled.html == "<p>a\n<a href='https://e.test/x?y#z'>x</a>")
        let issue = try #require(compiled.report.warnings.first { $0.code == "protocol_relative_link" })
        #expect([issue.line, issue.column] == [2, 4])
        #expect(compiled.report.links.map(\.original) == ["//e.test/x?y#z"])
    }

    @Test func `links of VML are tracked and reported with their text`() throws {
        let html = """
            <!--[if mso]><v:roundrect href="https://e.test/a" style="x"><w:anchorlock/><center>Buy &amp; go</center></v:roundrect><![endif]-->
            <!--[if !mso]><!--><a href="https://e.test/a"><b>Buy</b> now</a><!--<![endif]-->
            <!--[if mso]><v:rect href="https://e.test/b"/><a href="https://e.test/c">Text</a><![endif]-->
            <map><area href="https://e.test/d" alt="Left half"></map><a href="https://e.test/a"><img alt=" Our  logo "></a>
            """
        let found = try links(html)
        #expect(found.map(\.text) == ["Buy & go", "Buy now", "", "Text", "Left half", "Our logo"])
        #expect(found.map(\.tracked) == Array(repeating: true, count: 6))
        #expect(found.map(\.index) == Array(0..<6))
        #expect(found.map(\.line) == [1, 2, 3, 3, 4, 4])
    }

    @Test func `footnotes gather the addresses at the end, each once`() throws {
        let options = CompileFixture.options { $0.textLinks = .footnotes }
        let html =
            "<p>See <a href='https://e.test/a'>here</a>, <a href='https://e.test/b'>there</a> and <a href='https://e.test/a'>here</a> again."
        #expect(
            try CompileFixture.compile(html, options).text
                == "See here [1], there [2] and here [1] again.\n\n[1] https://e.test/a\n[2] https://e.test/b"
        )
        #expect(try CompileFixture.compile("<a href='https://e.test/'>e.test</a>", options).text == "e.test")
    }

    @Test func `markers of other products stay as they are in the text, too`() throws {
        #expect(try CompileFixture.compile("<a href='*|ARCHIVE|*'>View</a>").text == "View (*|ARCHIVE|*)")
    }

    @Test func `the author's own text part wins`() throws {
        #expect(try CompileFixture.compile("<h1>a</h1>", text: "mine {{name}}").text == "mine {{name}}")
    }
}
