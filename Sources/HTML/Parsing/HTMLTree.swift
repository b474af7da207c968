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
