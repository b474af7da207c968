/// A node of a tree, as numbers.
struct NodeRecord {
    enum Kind: UInt8 { case document, element, text, comment }

    var kind: Kind
    var name = HTMLName.other
    var isHTML = true
    /// Of text: whether it holds something that stands for something else, such as a character reference.
    var isEncoded = false
    /// -1 for the document.
    var parent: Int32
    /// Behind the last node below this one.
    var end: Int32
    /// The element before it under the same parent; -1 for the first.
    var previous: Int32 = -1
    /// Place among the element children of its parent, and how many those are.
    var place: Int32 = 0
    var siblings: Int32 = 0
    /// Numbers of the start tag in the source and of the one that the attributes come from; -1 for none, -2 and below for one of the
    /// tree's further tags.
    var tag: Int32 = -1
    var markup: Int32 = -1
    /// Of an element its end tag; of text its bytes, or, beginning with -1, its place among the tree's further texts.
    var start: Int32 = -1
    var stop: Int32 = -1
    /// Of text and comments where they begin in the source; -1 when that is not known.
    var source: Int32 = -1

    init(_ kind: Kind, parent: Int32, end: Int32 = 0) {
        self.kind = kind
        self.parent = parent
        self.end = end
    }
}
