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

/// The tree of a document.
final class HTMLTree: Sendable {
    let index: SourceIndex
    let records: [NodeRecord]
    let isQuirks: Bool
    /// Tags that the parser saw where the scanner saw none.
    let furtherTags: [SourceTag]
    /// Texts that are not a range of the source.
    let furtherTexts: [String]
    /// Names of elements that have no number and no tag in the index.
    let furtherNames: [Int32: String]

    init(
        index: SourceIndex,
        records: [NodeRecord],
        isQuirks: Bool,
        furtherTags: [SourceTag] = [],
        furtherTexts: [String] = [],
        furtherNames: [Int32: String] = [:]
    ) {
        self.index = index
        self.records = records
        self.isQuirks = isQuirks
        self.furtherTags = furtherTags
        self.furtherTexts = furtherTexts
        self.furtherNames = furtherNames
    }

    /// A tag by the number that a record holds.
    func tag(_ number: Int32) -> SourceTag? {
        if number >= 0 { return SourceTag(index, Int(number)) }
        return number == -1 ? nil : furtherTags[Int(-2 - number)]
    }

    /// The name of an element.
    func name(_ number: Int) -> String {
        let record = records[number]
        if record.name != .other { return record.name.text }
        if let name = furtherNames[Int32(number)] { return name }
        return tag(record.markup)?.name ?? ""
    }

    /// A text with its character references resolved.
    func text(_ record: NodeRecord) -> String {
        guard record.start >= 0 else { return furtherTexts[Int(record.stop)] }
        let bytes = index.source[Int(record.start)..<Int(record.stop)]
        return record.isEncoded ? CharacterReferences.decodeText(bytes) : String(decoding: bytes, as: UTF8.self)
    }
}
