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
