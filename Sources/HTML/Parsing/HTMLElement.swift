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
