import Testing

@testable import HTML

/// What people have stumbled over with inliners.
@Suite struct InlinerCasesTests {
    private func styled(_ css: String, _ body: String) throws -> String {
        let document = try HTMLDocument(Array("<!DOCTYPE html><style>\(css)</style>\(body)".utf8))
        let output = String(decoding: Inliner.inline(document).edits.apply(to: document.source), as: UTF8.self)
        return String(output.dropFirst("<!DOCTYPE html>".count))
    }

    @Test(arguments: [
        // Every identifier outweighs any number of classes, every class any number of types; ten are not a hundred.
        (".a.b.c.d.e.f.g.h.i.j.k{top:1px} #x{top:2px}", "<p id=x class='a b c d e f g h i j k'>", "top:2px"),
        ("div,a,b,i,u,s,em,p{color:red} .x{color:blue}", "<p class=x>", "color:blue"),
        // What is set twice in one rule: the later counts, and the important one counts more.
        ("p{top:1px;top:2px}", "<p>", "top:2px"),
        ("p{top:1px!important;top:2px}", "<p>", "top:1px !important"),
        ("p{padding-top:15px;padding:10px;padding-left:12px}", "<p>", "padding-top:15px;padding:10px;padding-left:12px"),
        (
            ".b{padding:20px;padding-top:10px;color:red} .a{padding-top:0;padding:5px;padding:10px}", "<p class='a b'>",
            "color:red;padding-top:0;padding:10px"
        ),
        // Important rules among themselves.
        ("p{color:red!important} p{color:blue!important}", "<p>", "color:blue !important"),
        ("#i{color:red!important} p{color:blue!important}", "<p id=i>", "color:red !important"),
        (".r{color:unset} .b{color:blue!important}", "<p class='b r'>", "color:blue !important"),
        // Values that a reader may not know leave a way back.
        (
            ".a{color:#800000;color:red;color:rgba(255,0,0,.5);color:-x-unknown}", "<p class=a>",
            "color:red;color:rgba(255,0,0,.5);color:-x-unknown"
        ),
        // A broken declaration takes nothing with it.
        ("p{color: ;top:0}", "<p>", "top:0"), ("p{color:red;;top:0}", "<p>", "color:red;top:0"), ("p{color red;top:0}", "<p>", "top:0"),
        ("p{*zoom:1;top:0}", "<p>", "top:0"), ("p{COLOR:Red}", "<p>", "color:Red"),
        // Values with signs of their own.
        ("p{filter:progid:X.Y(a='1', b=2)}", "<p>", "filter:progid:X.Y(a='1', b=2)"),
        ("p{background:url(\"a;b.png\")}", "<p>", "background:url('a;b.png')"),
        ("p{content:'}'}", "<p>", "content:'}'"),
        ("p{--Brand:\"x y\";color:var(--Brand)}", "<p>", "--Brand:'x y';color:var(--Brand)"),
        ("p{font-family:\n  Arial,\n  sans-serif}", "<p>", "font-family:Arial, sans-serif"),
        // Comments, also with markup in them, and what old pages wrap styles in.
        ("/* <a@b.example> */p{top:0}", "<p>", "top:0"), ("p/**/{top/**/:/**/0/**/}", "<p>", "top:0"),
        ("<!-- p{top:0} -->", "<p>", "top:0"),
        // Names that are not of ASCII, and one name inside another.
        (".тест{top:0}", "<p class='тест'>", "top:0"), (".t{top:0}", "<p class='x t y'>", "top:0"),
        ("[class~=t]{top:0}", "<p class='x t y'>", "top:0"),
    ])
    func `the declarations are those that a browser goes by`(css: String, body: String, expected: String) throws {
        let output = try styled(css, body)
        #expect(output.hasSuffix(body.dropLast() + " style=\"\(expected)\">"), "\(output)")
    }

    @Test(arguments: [
        ("h1 > :first-child{a:b}", "<h1> <!-- c --><i>1</i><b>2</b></h1>", "<h1> <!-- c --><i style=\"a:b\">1</i><b>2</b></h1>"),
        ("h1 > i + b{a:b}", "<h1><i>1</i>x<b>2</b><b>3</b></h1>", "<h1><i>1</i>x<b style=\"a:b\">2</b><b>3</b></h1>"),
        ("h1 :last-child{a:b}", "<h1><i><b>1</b></i></h1>", "<h1><i style=\"a:b\"><b style=\"a:b\">1</b></i></h1>"),
        ("i:last-child > b{a:b}", "<h1><i><b>1</b></i><i>2</i></h1>", "<h1><i><b>1</b></i><i>2</i></h1>"),
        ("i:first-child:last-child{a:b}", "<h1><i>1</i></h1>", "<h1><i style=\"a:b\">1</i></h1>"),
        ("p em{a:b} p > em{c:d}", "<p><em><em>x</em></em></p>", "<p><em style=\"a:b;c:d\"><em style=\"a:b\">x</em></em></p>"),
        ("tr:nth-child(even) td{a:b}", "<table><tr><td>1<tr><td>2</table>", "<table><tr><td>1<tr><td style=\"a:b\">2</table>"),
        ("li:nth-last-child(-n+1){a:b}", "<ul><li>1<li>2</ul>", "<ul><li>1<li style=\"a:b\">2</ul>"),
        ("p:only-child{a:b}", "<div><p>1</p></div>", "<div><p style=\"a:b\">1</p></div>"),
        ("i:only-of-type{a:b}", "<p><i>1</i><b>2</b></p>", "<p><i style=\"a:b\">1</i><b>2</b></p>"),
        ("td:empty{a:b}", "<table><tr><td></td><td> </td></table>", "<table><tr><td style=\"a:b\"></td><td> </td></table>"),
        ("p:not(.x):not([id]){a:b}", "<p>1</p><p class=x>2</p>", "<p style=\"a:b\">1</p><p class=x>2</p>"),
        ("p:not(div p){a:b}", "<p>1</p><div><p>2</p></div>", "<p style=\"a:b\">1</p><div><p>2</p></div>"),
        (":is(h1, h2) i{a:b}", "<h2><i>1</i></h2>", "<h2><i style=\"a:b\">1</i></h2>"),
        (":where(#x) i{a:b} i{a:c}", "<p id=x><i>1</i></p>", "<p id=x><i style=\"a:c\">1</i></p>"),
        ("[data-x|=en]{a:b}", "<p data-x=en-GB>1</p>", "<p data-x=en-GB style=\"a:b\">1</p>"),
        ("[data-x='A' i]{a:b}", "<p data-x=a>1</p>", "<p data-x=a style=\"a:b\">1</p>"),
        ("[align=CENTER]{a:b}", "<p align=center>1</p>", "<p align=center style=\"a:b\">1</p>"),
        ("[align=CENTER s]{a:b}", "<p align=center>1</p>", "<p align=center>1</p>"),
        ("[title='a&b']{a:b}", "<p title='a&amp;b'>1</p>", "<p title='a&amp;b' style=\"a:b\">1</p>"),
        ("o\\:p, v|x{a:b}", "<o:p>1</o:p>", "<o:p>1</o:p>"),
    ])
    func `the elements are those that a browser selects`(css: String, body: String, expected: String) throws {
        let output = try styled(css, body)
        #expect(output.hasSuffix(expected), "\(output)")
    }

    @Test(arguments: [
        "@container (min-width: 1px){p{top:0}}", "@layer a, b;", "@keyframes k{0%{top:0}50%,100%{top:1px}}", "@page{margin:0}",
        "@charset \"utf-8\";", "@namespace svg url(x);", "@-ms-viewport{width:device-width}", "p::selection{top:0}",
        "p:before{content:'x'}",
        "@media print{@media (color){p{top:0}}}", "@supports not (display:grid){p{top:0}}", "u + .body p{top:0}",
        "#MessageViewBody p{top:0}",
        "p:has(a){top:0}", "p{top:0;&:hover{top:1px}}", "p:unheard-of{top:0}", "input[type=checkbox]:checked ~ p{top:0}",
    ])
    func `what only some mail programs understand stays where they look for it`(css: String) throws {
        #expect(try styled(css, "<p><a>x</a>") == "<style>\(css)</style><p><a>x</a>")
    }

    @Test func `what comes with it is inlined all the same`() throws {
        #expect(
            try styled("p{top:0} @media x{p{top:1px}} p{left:0} @font-face{font-family:f}", "<p>")
                == #"<style> @media x{p{top:1px !important}} @font-face{font-family:f}</style><p style="top:0;left:0">"#
        )
    }

    @Test func `a rule for followed and other links alike is inlined, one for some links is not`() throws {
        #expect(try styled("p a:link, p a:visited{top:0}", "<p><a href=x>1</a><a>2</a>") == #"<p><a href=x style="top:0">1</a><a>2</a>"#)
        #expect(try styled("a:any-link{top:0}", "<a href=x>1</a>") == #"<a href=x style="top:0">1</a>"#)
        for css in ["a:link{top:0}", "a:visited{top:0}", "a:link, b:visited{top:0}", "a:link:hover, a:visited:hover{top:0}"] {
            #expect(try styled(css, "<a href=x>1</a>") == "<style>\(css)</style><a href=x>1</a>")
        }
    }

    @Test func `a layered rule that lost keeps losing`() throws {
        #expect(
            try styled("@layer l{#i{top:1px}} p{top:0}", "<p id=i>") == #"<style>@layer l{#i{top:1px}}</style><p id=i style="top:0">"#
        )
    }

    @Test func `a raised media rule beats every shorthand it used to beat, and no stranger`() throws {
        let output = try styled(
            "td{border-top:1px solid red;border-radius:3px} @media x{td{border-color:blue;border-top-left-radius:0}}",
            "<table><tr><td>"
        )
        #expect(output.contains("@media x{td{border-color:blue !important;border-top-left-radius:0 !important}}"))
        let stranger = try styled("td{border-collapse:collapse;line-height:1} @media x{td{border:0;font-size:9px}}", "<table><tr><td>")
        #expect(stranger.contains("@media x{td{border:0;font-size:9px}}"))
        #expect(try styled("td{line-height:1} @media x{td{font:9px x}}", "<table><tr><td>").contains("font:9px x !important"))
    }

    @Test func `a selector that stays for an implied element is not raised with its neighbour`() throws {
        let output = try styled("a:hover,body *{color:red} .a{color:blue}", "<table><tr><td><a class=a>x</a>")
        #expect(output.contains("<style>body *{color:red;}a:hover{color:red !important}</style>"), "\(output)")
        #expect(output.contains(#"<a class=a style="color:blue">"#), "\(output)")
    }

    @Test func `every problem is told with its line, and nothing is fatal`() throws {
        let text = "<style>\np{top:0}\n%%{top:1px}\np{left 1;right:0}\n.a,,b{top:2px}\np{bottom:0}\n</style><p>"
        let document = try HTMLDocument(Array(text.utf8))
        let result = Inliner.inline(document)
        let positions = SourcePositions(document.source)
        #expect(result.problems.map { positions.position(at: $0.offset).line } == [3, 4, 5])
        let output = String(decoding: result.edits.apply(to: document.source), as: UTF8.self)
        #expect(output.hasSuffix(#"<p style="top:0;right:0;bottom:0">"#))
        #expect(output.contains("%%{top:1px}") && output.contains(".a,,b{top:2px}"))
    }

    @Test func `a rule that stays for the sake of another element adds nothing when its mail is inlined again`() throws {
        let once = try styled("p{color:rgba(0,0,0,.5)}", "<p>1<p data-inline=ignore>2")
        #expect(once.hasSuffix("<p style=\"color:rgba(0,0,0,.5)\">1<p data-inline=ignore>2"))
        let document = try HTMLDocument(Array(once.utf8))
        #expect(Inliner.inline(document).edits.apply(to: document.source) == document.source)
    }

    @Test func `markers of other products stay as they are`() throws {
        let body = "<p class='{{c}}' {{#if a}}data-x{{/if}}>{{#each x}}<b>{{y}}</b>{{/each}} *|NAME|* <%= z %></p>"
        let output = try styled("b{top:0}", body)
        #expect(output == body.replacing("<b>", with: #"<b style="top:0">"#))
    }

    @Test func `elements with the same rules and attributes get the same, those that differ do not`() throws {
        let output = try styled(
            "td{top:0} td.a{left:0}",
            "<table><tr><td><td class=a><td style='x:y'><td style=\"x:y\"><td><td style=x:y></table>"
        )
        #expect(
            output.hasSuffix(
                #"<td style="top:0"><td class=a style="top:0;left:0"><td style='top:0;x:y'><td style="top:0;x:y"><td style="top:0"><td style="top:0;x:y"></table>"#
            )
        )
    }
}
