import Testing

@testable import HTML

@Suite struct InlinerTests {
    private func inlined(_ text: String) throws -> String {
        let document = try HTMLDocument(Array(text.utf8))
        return String(decoding: Inliner.inline(document).edits.apply(to: document.source), as: UTF8.self)
    }

    /// The first tag of the body, with a rule sheet in front.
    private func styled(_ css: String, _ body: String) throws -> String {
        let output = try inlined("<!DOCTYPE html><style>\(css)</style>\(body)")
        return String(output.dropFirst("<!DOCTYPE html>".count))
    }

    @Test(arguments: [
        ("p{color:red}", "<p>", #"<p style="color:red">"#),
        // Specificity, then order.
        ("p{color:red} .a{color:blue} p{color:green}", "<p class=a>", #"<p class=a style="color:blue">"#),
        ("p{color:red} p{color:green}", "<p>", #"<p style="color:green">"#),
        ("#i{color:red} .a.b.c{color:blue}", "<p id=i class='a b c'>", #"<p id=i class='a b c' style="color:red">"#),
        // The attribute beats rules, important rules beat the attribute, and its own important beats all.
        ("p{color:red;top:0}", "<p style='color:blue'>", "<p style='top:0;color:blue'>"),
        ("p{color:red !important}", "<p style='color:blue'>", "<p style='color:blue;color:red !important'>"),
        ("p{color:red !important}", "<p style='color:blue!important;'>", "<p style='color:blue!important;'>"),
        (".a{color:red!important} p#i{color:blue}", "<p class=a id=i>", #"<p class=a id=i style="color:red !important">"#),
        // A shorthand and its longhands stay in the order of the cascade.
        (".a{margin-left:1px} p{margin:0}", "<p class=a>", #"<p class=a style="margin:0;margin-left:1px">"#),
        ("p{margin-left:1px} .a{margin:0}", "<p class=a>", #"<p class=a style="margin-left:1px;margin:0">"#),
        // Selectors with something in brackets.
        (
            "p[class^='a']{top:0} p:not(.b, #x){left:0} p:nth-child(odd) {right:0}", "<p class=ab>",
            #"<p class=ab style="top:0;right:0;left:0">"#
        ),
        // A value that not every mail program knows leaves the one before it.
        (
            "p{background:red;background:linear-gradient(red,blue)}", "<p>",
            #"<p style="background:red;background:linear-gradient(red,blue)">"#
        ),
        // Quotes and references.
        (#"p{font-family:"Open Sans",x}"#, "<p>", #"<p style="font-family:'Open Sans',x">"#),
        (#"p{font-family:"O'S"}"#, "<p>", #"<p style="font-family:&quot;O'S&quot;">"#),
        ("p{background:url(x?a=1&b=2)}", "<p>", #"<p style="background:url(x?a=1&amp;b=2)">"#),
        // Odd attributes.
        ("p{top:0}", "<p style>", #"<p style="top:0">"#),
        ("p{top:0}", "<p style=''>", #"<p style="top:0">"#),
        ("p{top:0}", "<p style=color:red class=x>", #"<p style="top:0;color:red" class=x>"#),
        ("p{top:0}", "<p class='x'/>", #"<p class='x' style="top:0"/>"#),
        ("p{top:0}", "<p style='a:b' style='c:d'>", "<p style='top:0;a:b' style='c:d'>"),
        ("p{top:0}", "<p style='color:&#114;ed'>", "<p style='top:0;color:&#114;ed'>"),
    ])
    func `an element gets what the cascade gives it`(css: String, body: String, expected: String) throws {
        #expect(try styled(css, body) == expected)
    }

    @Test func `the strongest selector of a list counts`() throws {
        #expect(try styled("p,.a{color:red} p.b{color:blue}", "<p class='a b'>") == #"<p class='a b' style="color:blue">"#)
        #expect(try styled("p,#i{color:red} p.b{color:blue}", "<p class=b id=i>") == #"<p class=b id=i style="color:red">"#)
    }

    @Test(arguments: [
        "@media screen{p{top:0}}", "a:hover{top:0}", "@font-face{font-family:x}", "@import url(x.css);", "p::first-line{top:0}",
        ".ExternalClass p{top:0}", "p:is(.x){top:0}", "%%{top:0}", "html{top:0}", "@supports (a:b){p{top:0}}",
    ])
    func `what cannot be inlined stays as it is`(css: String) throws {
        #expect(try styled(css, "<p><a>x</a>") == "<style>\(css)</style><p><a>x</a>")
    }

    @Test func `of a list only the selectors that cannot be inlined stay`() throws {
        let output = try styled("a, a:hover, .gone{color:red}", "<p><a>x</a>")
        #expect(output == #"<style>a:hover, .gone{color:red}</style><p><a style="color:red">x</a>"#)
    }

    @Test func `a hover colour keeps winning over the inlined one`() throws {
        let output = try styled("a{color:red} a:hover{color:blue;top:0}", "<p><a>x</a>")
        #expect(output == #"<style> a:hover{color:blue !important;top:0}</style><p><a style="color:red">x</a>"#)
    }

    @Test func `a kept rule that lost keeps losing`() throws {
        let output = try styled("a:hover{color:blue} #i{color:red}", "<p><a id=i>x</a>")
        #expect(output == #"<style>a:hover{color:blue}</style><p><a id=i style="color:red">x</a>"#)
    }

    @Test func `where a kept rule wins on one element and loses on another both are made important`() throws {
        let output = try styled("a{color:red} a:hover{color:blue} #i{color:green}", "<p><a>x</a><a id=i>y</a>")
        #expect(
            output
                == #"<style> a:hover{color:blue !important}</style><p><a style="color:red">x</a><a id=i style="color:green !important">y</a>"#
        )
    }

    @Test func `a media query that used to win over something important still does`() throws {
        let output = try styled(".w{width:600px !important} @media x{.w{width:100% !important}}", "<p class=w>")
        #expect(output == #"<style> @media x{.w{width:100% !important}}</style><p class=w style="width:600px">"#)
    }

    @Test func `a media query is raised over the longhand and shorthand it used to beat`() throws {
        let output = try styled("td{padding:9px} @media x{td{padding-left:0}}", "<table><tr><td>")
        #expect(output == #"<style> @media x{td{padding-left:0 !important}}</style><table><tr><td style="padding:9px">"#)
    }

    @Test func `a declaration of the attribute that used to win is made important beside a raised rule`() throws {
        let output = try styled("a{color:red} a:hover{color:blue}", "<p><a>x</a><a style='color:green'>y</a>")
        #expect(output.hasSuffix("<a style='color:green !important'>y</a>"))
    }

    @Test func `elements and style elements marked to be ignored are left alone`() throws {
        let output = try inlined(
            "<style data-inline=ignore>p{top:0}</style><style>p{left:0}</style><p data-inline='ignore'>1<p>2"
        )
        #expect(
            output == "<style data-inline=ignore>p{top:0}</style><style>p{left:0}</style><p data-inline='ignore'>1<p style=\"left:0\">2"
        )
    }

    @Test func `a rule for something without a place in the source stays`() throws {
        #expect(
            try styled("tbody td{top:0} tbody{left:0}", "<table><tr><td>") == #"<style> tbody{left:0}</style><table><tr><td style="top:0">"#
        )
    }

    @Test func `styles for other media are left alone`() throws {
        let text = "<style media=print>p{top:0}</style><p>"
        #expect(try inlined(text) == text)
    }

    @Test func `nothing but the style bytes is touched`() throws {
        let before = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0'>\r\n<!--[if mso]><v:rect href='x'></v:rect><![endif]-->\r\n"
        let after = "<P CLASS=x>a &nbsp;&eacute;<br/>{{name}}</p\n><TABLE><tr><td nowrap>x</TABLE>\u{0B}"
        let output = try inlined(before + "<style>td{top:0}</style>" + after)
        #expect(output == before + after.replacing("nowrap>", with: #"nowrap style="top:0">"#))
    }

    @Test func `quirks mode compares names of classes in any case, standards mode does not`() throws {
        #expect(try inlined("<style>.A{top:0}</style><p class=a>") == #"<p class=a style="top:0">"#)
        #expect(try styled(".A{top:0}", "<p class=a>").hasSuffix("<p class=a>"))
    }

    @Test func `refused declarations go from rules and from what is inlined`() throws {
        let text = "<style>p{top:0;behavior:url(x)} p:hover{behavior:url(x);left:0}</style><p>"
        let document = try HTMLDocument(Array(text.utf8))
        let result = Inliner.inline(document) { $0.name != "behavior" }
        #expect(result.refused.count == 2)
        #expect(
            String(decoding: result.edits.apply(to: document.source), as: UTF8.self)
                == #"<style> p:hover{;left:0}</style><p style="top:0">"#
        )
    }

    @Test func `hidden elements are told`() throws {
        let document = try HTMLDocument(Array("<style>.h{display:none}</style><p class=h>x<p>y".utf8))
        let hidden = Inliner.inline(document).hidden
        #expect(hidden.count == 1 && hidden.allSatisfy { document.nodes[$0].element?.name == "p" })
    }

    @Test func `too much work ends without changes`() throws {
        let css = (0..<2_000).map { "div div div div div p.c\($0 % 7){top:\($0)px}" }.joined()
        let body = String(repeating: "<div>", count: 500) + String(repeating: "<p class='c0 c1 c2 c3 c4 c5 c6'>", count: 500)
        let document = try HTMLDocument(Array("<style>\(css)</style>\(body)".utf8))
        let result = Inliner.inline(document, limits: Inliner.Limits(steps: 200_000))
        #expect(result.isTooComplex)
        #expect(result.edits.isEmpty)
    }

    @Test func `many declarations for many elements end without changes`() throws {
        let block = (0..<2_000).map { "p\($0):x;" }.joined()
        let document = try HTMLDocument(Array("<style>p{\(block)}p:hover{\(block)}</style>\(String(repeating: "<p>", count: 200))".utf8))
        let result = Inliner.inline(document)
        #expect(result.isTooComplex)
        #expect(result.edits.isEmpty)
    }

    @Test func `rules hold below a copy that the parser makes of an element`() throws {
        let output = try styled(".x i{top:0}", "<p><b class=x>1<p><i>2</i>")
        #expect(output == #"<p><b class=x>1<p><i style="top:0">2</i>"#)
    }
}
