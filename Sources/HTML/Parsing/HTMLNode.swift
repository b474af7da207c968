/// A node of a parsed document.
///
/// Nodes refer to each other by their place in `HTMLDocument.nodes`. A node is a view: its content is made when it is asked for.
package struct HTMLNode: Sendable {
    package enum Content: Sendable {
        case document
        case element(HTMLElement)
        /// With character references resolved.
        case text(String)
        case comment
    }

    private let tree: HTMLTree
    private let number: Int

    init(_ tree: HTMLTree, _ number: Int) {
        self.tree = tree
        self.number = number
    }

    package var content: Content {
        switch tree.records[number].kind {
        case .document: .document
        case .element: .element(HTMLElement(tree, number))
        case .text: .text(tree.text(tree.records[number]))
        case .comment: .comment
        }
    }

    /// -1 for the document.
    package var parent: Int { Int(tree.records[number].parent) }

    /// Where a text or comment begins in the source; -1 for anything else.
    ///
    /// Texts that a table does not want stand before it in the tree.
    package var sourceOffset: Int { Int(tree.records[number].source) }

    /// Behind the last node below this one: children follow their parent in `HTMLDocument.nodes`.
    package var end: Int { Int(tree.records[number].end) }

    /// The element, if it is one.
    package var element: HTMLElement? {
        tree.records[number].kind == .element ? HTMLElement(tree, number) : nil
    }
}

/// An element of a parsed document.
package struct HTMLElement: Sendable {
    /// In lower case.
    package let name: String
    private let tree: HTMLTree
    private let record: NodeRecord

    init(_ tree: HTMLTree, _ number: Int) {
        self.tree = tree
        self.record = tree.records[number]
        self.name = tree.name(number)
    }

    /// Whether it belongs to HTML, and not to SVG or MathML.
    package var isHTML: Bool { record.isHTML }
    /// The start tag in the source; nil for an element that the parser made up, or made again from an earlier tag.
    package var tag: SourceTag? { tree.tag(record.tag) }
    /// The start tag that its attributes come from; of a copy that the parser made, the tag of the original.
    package var markup: SourceTag? { tree.tag(record.markup) }
    /// The end tag in the source, if it has one.
    package var endTag: Range<Int>? { record.start >= 0 ? Int(record.start)..<Int(record.stop) : nil }
    /// Place among the element children of its parent, counted from 0.
    package var place: Int { Int(record.place) }
    /// The element before it under the same parent; -1 for the first.
    package var previous: Int { Int(record.previous) }
    /// How many element children its parent has.
    package var siblings: Int { Int(record.siblings) }
}

/// The nodes of a document, in document order.
package struct HTMLNodes: RandomAccessCollection, Sendable {
    private let tree: HTMLTree

    init(_ tree: HTMLTree) {
        self.tree = tree
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { tree.records.count }
    package subscript(position: Int) -> HTMLNode { HTMLNode(tree, position) }
}
