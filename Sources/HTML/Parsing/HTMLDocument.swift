/// A parsed document that knows where everything stands in its source.
package struct HTMLDocument: Sendable {
    /// The source, unchanged.
    package let source: [UInt8]
    /// In document order; the first is the document itself.
    package internal(set) var nodes: [HTMLNode]
    /// Tags and comments in source order, also those that the tree does not hold.
    package let items: [SourceScanner.Item]
    /// Whether browsers show it in quirks mode, where names of classes and identifiers match in any letter case.
    package let isQuirks: Bool

    /// Parses a source.
    package init(_ source: [UInt8], limits: HTMLParseLimits = HTMLParseLimits()) throws(HTMLParseError) {
        try limits.check(source)
        let items = SourceScanner.scan(source, in: 0..<source.count)
        var builder = HTMLTreeBuilder(source: source, items: items)
        try builder.parse(limits)
        self.source = source
        self.items = items
        self.nodes = builder.nodes
        self.isQuirks = builder.isQuirks
    }

    /// The elements in document order, with their places in `nodes`.
    package var elements: some Sequence<(index: Int, element: HTMLElement)> {
        nodes.enumerated().lazy.compactMap { index, node in node.element.map { (index, $0) } }
    }

    /// The value of an attribute with character references resolved; empty when it has none.
    package func value(of attribute: SourceAttribute) -> String {
        guard let range = attribute.value else { return "" }
        return CharacterReferences.decode(source[range])
    }

    /// The value of an element's attribute; nil when the element does not have it.
    package func value(of name: String, in tag: SourceTag) -> String? {
        tag.attribute(name).map(value(of:))
    }

    /// The text below a node, as it stands in the document.
    package func text(below index: Int) -> String {
        var text = ""
        for node in nodes[index..<nodes[index].end] {
            if case .text(let part) = node.content { text += part }
        }
        return text
    }

    /// The bytes of a range of the source.
    package func string(_ range: Range<Int>) -> String {
        String(decoding: source[range], as: UTF8.self)
    }
}
