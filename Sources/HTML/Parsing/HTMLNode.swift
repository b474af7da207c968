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
