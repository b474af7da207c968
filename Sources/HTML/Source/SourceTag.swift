/// A start or end tag as it stands in the source.
package struct SourceTag: Sendable, Equatable {
    let index: SourceIndex
    let number: Int
    private let hasContent: Bool

    init(_ index: SourceIndex, _ number: Int, hasContent: Bool = true) {
        self.index = index
        self.number = number
        self.hasContent = hasContent
    }

    private var record: SourceIndex.TagRecord { index.tags[number] }

    /// From `<` to behind `>`.
    package var range: Range<Int> { Int(record.start)..<Int(record.end) }

    package var nameRange: Range<Int> { record.nameRange }

    /// In lower case, with its prefix if there is one (`v:roundrect`).
    package var name: String {
        let record = record
        return record.name == .other ? index.lowered(record.nameRange) : record.name.text
    }

    package var isEnd: Bool { record.isEnd }

    /// In source order, duplicates included.
    package var attributes: [SourceAttribute] {
        record.attributes.map { SourceAttribute(index, $0) }
    }

    /// For elements whose content is not markup (`style`, `script`, `title`…): what is between the tags.
    package var rawContent: Range<Int>? {
        let record = record
        return hasContent && record.rawEnd >= 0 ? Int(record.end)..<Int(record.rawEnd) : nil
    }

    /// The attribute that counts under a name in lower case: the first.
    package func attribute(_ name: String) -> SourceAttribute? {
        for number in record.attributes where index.isName(of: number, name) { return SourceAttribute(index, number) }
        return nil
    }

    /// Where a further attribute can be put.
    package var attributeInsertion: Int {
        let record = record
        return record.attributeCount > 0 ? Int(index.attributes[record.attributes.upperBound - 1].end) : Int(record.nameEnd)
    }

    package static func == (left: SourceTag, right: SourceTag) -> Bool {
        left.range == right.range && left.name == right.name && left.isEnd == right.isEnd && left.attributes == right.attributes
            && left.rawContent == right.rawContent
    }
}

/// An attribute as it stands in the source.
package struct SourceAttribute: Sendable, Equatable {
    /// From the name to behind the closing quote.
    package let range: Range<Int>
    /// In lower case.
    package let name: String
    /// Without quotes; nil when the attribute has no value.
    package let value: Range<Int>?
    /// The quote around the value; nil without.
    package let quote: UInt8?

    init(_ index: SourceIndex, _ number: Int) {
        let record = index.attributes[number]
        range = Int(record.start)..<Int(record.end)
        value = record.valueStart < 0 ? nil : Int(record.valueStart)..<Int(record.valueEnd)
        quote = record.quote == 0 ? nil : record.quote
        switch record.kind {
        case .id: name = "id"
        case .class: name = "class"
        case .style: name = "style"
        case .other: name = index.lowered(Int(record.start)..<Int(record.nameEnd))
        }
    }
}

extension SourceIndex {
    /// A range in lower case.
    func lowered(_ range: Range<Int>) -> String {
        String(unsafeUninitializedCapacity: range.count) { buffer in
            for (offset, index) in range.enumerated() { buffer[offset] = SourceBytes.lowered(source[index]) }
            return range.count
        }
    }

    /// Whether an attribute's name is this one, given in lower case.
    func isName(of attribute: Int, _ name: String) -> Bool {
        let start = Int(attributes[attribute].start)
        let count = Int(attributes[attribute].nameEnd) - start
        guard name.utf8.count == count else { return false }
        var offset = start
        for byte in name.utf8 {
            if SourceBytes.lowered(source[offset]) != byte { return false }
            offset += 1
        }
        return true
    }
}
