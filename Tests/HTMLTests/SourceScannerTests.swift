import Testing

@testable import HTML

@Suite struct SourceScannerTests {
    @Test func `the inside of a style element is no markup`() throws {
        let source = Array("<STYLE type='text/css'>a > b { content: '<p>' }</style x><p>".utf8)
        let items = SourceScanner.scan(source, in: 0..<source.count)
        guard case .tag(let style) = items[0], let content = style.rawContent else {
            Issue.record("no style tag")
            return
        }
        #expect(String(decoding: source[content], as: UTF8.self) == "a > b { content: '<p>' }")
        #expect(items.count == 3)
    }
}
