/// Where tags, attributes and comments stand in a source: flat records, made in one pass.
final class SourceIndex: Sendable {
    /// An attribute; a value that is missing begins at -1.
    struct AttributeRecord {
        var start: Int32
        var nameEnd: Int32
        var end: Int32
        var valueStart: Int32
        var valueEnd: Int32
        /// 0 when there is none.
        var quote: UInt8
        var kind: AttributeKind
    }

    /// The attributes that are asked for again and again.
    enum AttributeKind: UInt8 {
        case other, id, `class`, style
    }

    /// A start or end tag.
    struct TagRecord {
        var start: Int32
        var nameEnd: Int32
        var end: Int32
        /// Where raw content ends; -1 when there is none.
        var rawEnd: Int32
        var firstAttribute: Int32
        var attributeCount: Int32
        var name: HTMLName
        var isEnd: Bool

        /// Where the name begins.
        var nameStart: Int { Int(start) + (isEnd ? 2 : 1) }
        /// The name without the angle.
        var nameRange: Range<Int> { nameStart..<Int(nameEnd) }
        var attributes: Range<Int> { Int(firstAttribute)..<Int(firstAttribute + attributeCount) }
    }

    /// Something found in the source.
    struct ItemRecord {
        enum Kind: UInt8 { case tag, comment, declaration }

        var kind: Kind
        var start: Int32
        var end: Int32
        /// Of a tag its number; of a comment where its inside begins.
        var first: Int32
        /// Of a comment where its inside ends.
        var second: Int32
    }

    let source: [UInt8]
    let items: [ItemRecord]
    let tags: [TagRecord]
    let attributes: [AttributeRecord]

    init(source: [UInt8], items: [ItemRecord], tags: [TagRecord], attributes: [AttributeRecord]) {
        self.source = source
        self.items = items
        self.tags = tags
        self.attributes = attributes
    }

    /// The attribute of a kind that counts: the first; -1 when there is none.
    func attribute(_ kind: AttributeKind, of tag: Int) -> Int {
        for number in tags[tag].attributes where attributes[number].kind == kind { return number }
        return -1
    }
}
