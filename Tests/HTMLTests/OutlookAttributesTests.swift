import Testing

@testable import HTML

@Suite struct OutlookAttributesTests {
    private func output(_ text: String, _ isOn: Bool = true) throws -> String {
        let document = try HTMLDocument(Array(text.utf8))
        let result = Inliner.inline(document, outlookAttributes: isOn)
        return String(decoding: result.edits.apply(to: document.source), as: UTF8.self)
    }

    /// The attributes that a cell gains.
    private func gained(_ style: String, _ tag: String = "td") throws -> String {
        let start = tag == "img" ? "<\(tag)" : tag == "table" ? "<table" : tag == "tr" ? "<table><tr" : "<table><tr><\(tag)"
        let text = try output("<style>\(tag){\(style)}</style>\(start) class=x>")
        return String(text.dropFirst(start.count + " class=x style=\"".count).drop { $0 != "\"" }.dropFirst().dropLast())
    }

    @Test(arguments: [
        ("width:200px", #" width="200""#), ("width:50%;height:0", #" width="50%" height="0""#), ("width:auto", ""), ("width:20em", ""),
        ("width:calc(1px + 2px)", ""), ("width:-5px", ""), ("width:99.6px", #" width="100""#), ("WIDTH:10PX!important", #" width="10""#),
        ("background-color:#abc", ##" bgcolor="#aabbcc""##), ("background:RED", #" bgcolor="red""#), ("background:transparent", ""),
        ("background-color:rgb(1, 20, 255)", ##" bgcolor="#0114ff""##), ("background:url(x) red", ""), ("background:#12345", ""),
        ("background:red;background-color:blue", #" bgcolor="blue""#),
        ("text-align:center;vertical-align:top", #" align="center" valign="top""#),
        ("vertical-align:3px;text-align:start", ""),
    ])
    func `a cell gets what its styles say, where an attribute can say it`(style: String, expected: String) throws {
        #expect(try gained(style) == expected)
    }

    @Test func `each element gets the attributes that it can have`() throws {
        let style = "width:5px;height:6px;background:red;text-align:left;vertical-align:top"
        #expect(try gained(style, "table") == #" width="5" height="6" bgcolor="red""#)
        #expect(try gained(style, "tr") == #" bgcolor="red" align="left" valign="top""#)
        #expect(try gained(style, "img") == #" width="5" height="6""#)
        #expect(try gained("width:100%", "img") == "")
        #expect(try output("<style>p{width:5px}</style><p>").hasSuffix(#"<p style="width:5px">"#))
    }

    @Test func `what is there stays, and a style of the element itself counts`() throws {
        #expect(
            try output("<style>td{width:5px;height:1px}</style><table><tr><td WIDTH=9 style='height:7px'>")
                .hasSuffix(#"<td WIDTH=9 style='width:5px;height:7px' height="7">"#)
        )
        #expect(try output("<table style='width:100%'>") == #"<table style='width:100%' width="100%">"#)
    }

    @Test func `nothing of it happens unless asked for`() throws {
        #expect(try output("<style>td{width:5px}</style><table><tr><td>", false).hasSuffix(#"<td style="width:5px">"#))
    }
}
