/// A start or end tag as it stands in the source.
package struct SourceTag: Sendable, Equatable {
    /// From `<` to behind `>`.
    package internal(set) var range: Range<Int>
    package internal(set) var nameRange: Range<Int>
    /// In lower case, with its prefix if there is one (`v:roundrect`).
    package internal(set) var name: String
    package internal(set) var isEnd: Bool
    /// In source order, duplicates included.
    package internal(set) var attributes: [SourceAttribute]
    /// For elements whose content is not markup (`style`, `script`, `title`…): what is between the tags.
    package internal(set) var rawContent: Range<Int>?

    /// The attribute that counts under a name in lower case: the first.
    package func attribute(_ name: String) -> SourceAttribute? {
        attributes.first { $0.name == name }
    }

    /// Where a further attribute can be put.
    package var attributeInsertion: Int {
        attributes.last?.range.upperBound ?? nameRange.upperBound
    }
}

/// An attribute as it stands in the source.
package struct SourceAttribute: Sendable, Equatable {
    /// From the name to behind the closing quote.
    package internal(set) var range: Range<Int>
    /// In lower case.
    package internal(set) var name: String
    /// Without quotes; nil when the attribute has no value.
    package internal(set) var value: Range<Int>?
    /// The quote around the value; nil without.
    package internal(set) var quote: UInt8?
}
