/// A parsed document that knows where everything stands in its source.
package struct HTMLDocument: Sendable {
    /// The source, unchanged.
    package let source: [UInt8]
    let tree: HTMLTree

    /// Parses a source.
    package init(_ source: [UInt8], limits: HTMLParseLimits = HTMLParseLimits()) throws(HTMLParseError) {
        try limits.check(source)
        let index = SourceScanner.index(source, in: 0..<source.count)
        self.source = source
        self.tree = if let tree = HTMLTreeBuilder.build(index) { tree } else { try GumboTreeBuilder.build(index, limits) }
    }

    /// In document order; the first is the document itself.
    package var nodes: HTMLNodes { HTMLNodes(tree) }

    /// Tags and comments in source order, also those that the tree does not hold.
    package var items: [SourceScanner.Item] { tree.index.allItems }

    /// Whether browsers show it in quirks mode, where names of classes and identifiers match in any letter case.
    package var isQuirks: Bool { tree.isQuirks }

    /// The elements in document order, with their places in `nodes`.
    package var elements: some Sequence<(index: Int, element: HTMLElement)> {
        nodes.indices.lazy.compactMap { [tree] index in
            tree.records[index].kind == .element ? (index, HTMLElement(tree, index)) : nil
        }
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
        for number in index..<Int(tree.records[index].end) where tree.records[number].kind == .text {
            text += tree.text(tree.records[number])
        }
        return text
    }

    /// The bytes of a range of the source.
    package func string(_ range: Range<Int>) -> String {
        String(decoding: source[range], as: UTF8.self)
    }
}
