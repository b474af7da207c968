import Testing

@testable import HTML

@Suite struct SourceScannerTests {
    private func items(_ text: String) -> [SourceScanner.Item] {
        SourceScanner.scan(Array(text.utf8), in: 0..<text.utf8.count)
    }

    private func tags(_ text: String) -> [SourceTag] {
        items(text).compactMap { if case .tag(let tag) = $0 { tag } else { nil } }
    }

    private func slice(_ text: String, _ range: Range<Int>?) -> String? {
        range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
    }

    @Test func `the inside of a style element is no markup`() throws {
        let text = "<STYLE type='text/css'>a > b { content: '<p>' }</style x><p>"
        let found = tags(text)
        #expect(found.map(\.name) == ["style", "style", "p"])
        #expect(slice(text, found[0].rawContent) == "a > b { content: '<p>' }")
    }

    @Test(arguments: [
        (#"<a href="x y" class=b>"#, ["href=x y", "class=b"]),
        (#"<a href = 'x>y' disabled>"#, ["href=x>y", "disabled="]),
        (#"<a/href=x/y/>"#, ["href=x/y/"]),
        (#"<a a=1 A=2>"#, ["a=1", "a=2"]),
        (#"<a =x y>"#, ["=x=", "y="]),
        (#"<a x=>"#, ["x="]),
        ("<a\n\thref='1'title='2'>", ["href=1", "title=2"]),
    ])
    func `attributes are found as the standard has it`(text: String, expected: [String]) throws {
        let tag = try #require(tags(text).first)
        #expect(tag.attributes.map { "\($0.name)=\(slice(text, $0.value) ?? "")" } == expected)
        #expect(tag.range == 0..<text.utf8.count)
    }

    @Test func `comments end where the standard says`() {
        let text = "<!--a--><!--><!---><!--b--!><!--c"
        let insides = items(text).compactMap { if case .comment(_, let inside) = $0 { slice(text, inside) } else { nil } }
        #expect(insides == ["a", "", "", "b", "c"])
    }

    @Test func `a tag that the source ends in is dropped`() {
        #expect(items("<p>x<a href='<b>").count == 2)
        #expect(tags("<p>x<a href='<b>").map(\.name) == ["p"])
    }

    @Test func `text that only looks like a tag is text`() {
        #expect(items("1 < 2 <3 <").isEmpty)
    }

    @Test func `what is found lies in order and inside the source`() {
        var random = SeededGenerator(seed: 4)
        let fragments = ["<", ">", "a", "</", "<!--", "-->", "\"", "'", "=", " ", "/", "<style>", "</style>", "<b x='", "é", "<!", "<?"]
        for _ in 0..<400 {
            let text = random.text(of: fragments, count: 40)
            var end = 0
            for item in items(text) {
                #expect(item.range.lowerBound >= end)
                #expect(!item.range.isEmpty)
                end = item.range.upperBound
            }
            #expect(end <= text.utf8.count)
        }
    }
}
