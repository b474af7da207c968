import HTML

/// Where a merge tag of HTML stands.
enum MergePlace: Equatable {
    /// A value can be filled in, escaped like this.
    case slot(Escaping)
    /// No value can be filled in safely: inside `style`, `script` or the tag itself.
    case forbidden
    /// Nobody sees it: an ordinary comment.
    case ignored

    /// What text outside of tags and comments stands in.
    static let text = -1
}

/// Finds the places of merge tags, asked for in source order.
struct MergePlaceFinder {
    private let document: HTMLDocument
    private let items: [SourceScanner.Item]
    private let masked: [Int: BlockTag]
    private let conditionals: [Range<Int>]
    private var next = 0
    /// What the range asked for last stands in: text, or what begins at that offset.
    private(set) var container = MergePlace.text
    /// The attribute that holds the range asked for last.
    private(set) var attribute: SourceAttribute?

    /// - Parameter masked: places of comments that stand for block tags.
    init(_ document: HTMLDocument, masked: [Int: BlockTag] = [:]) {
        self.document = document
        self.items = document.itemsWithConditionalComments
        self.masked = masked
        self.conditionals = document.conditionalComments
    }

    /// The place of a range that begins behind the one asked for before.
    mutating func place(of range: Range<Int>) -> MergePlace {
        attribute = nil
        container =
            conditionals.last { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }?.lowerBound ?? MergePlace.text
        if masked[range.lowerBound] != nil { return .slot(.html) }
        while next < items.count, end(of: items[next]) <= range.lowerBound { next += 1 }
        guard next < items.count, items[next].range.lowerBound < range.upperBound else {
            return isBehindOpening(range) ? .forbidden : .slot(.html)
        }
        switch items[next] {
        case .comment(let comment, _):
            return comment.lowerBound <= range.lowerBound && range.upperBound <= comment.upperBound ? .ignored : .forbidden
        case .declaration: return .forbidden
        case .tag(let tag):
            return place(of: range, in: tag)
        }
    }

    /// Whether a value would make a tag of the text before it: `<{{email}}>`.
    private func isBehindOpening(_ range: Range<Int>) -> Bool {
        let before = document.source[..<range.lowerBound].suffix(2)
        return before.last == UInt8(ascii: "<") || before.elementsEqual("</".utf8) || before.elementsEqual("<!".utf8)
    }

    private func end(of item: SourceScanner.Item) -> Int {
        if case .tag(let tag) = item, let content = tag.rawContent { content.upperBound } else { item.range.upperBound }
    }

    private mutating func place(of range: Range<Int>, in tag: SourceTag) -> MergePlace {
        if let content = tag.rawContent, content.lowerBound <= range.lowerBound {
            container = content.lowerBound
            let isText = tag.name == "title" || tag.name == "textarea"
            return isText && range.upperBound <= content.upperBound ? .slot(.html) : .forbidden
        }
        guard let attribute = tag.attributes.first(where: { $0.value.map { Self.holds($0, range) } ?? false }), let value = attribute.value
        else {
            return .forbidden
        }
        self.attribute = attribute
        container = value.lowerBound
        if attribute.quote == nil, attribute.name == "style" || holdsBothQuotes(value) { return .forbidden }
        if attribute.name.hasPrefix("on") || attribute.name == "srcdoc" { return .forbidden }
        // What such an element does is judged by these attributes as they are written.
        if tag.name == "meta" && attribute.name != "content" || tag.name == "link" && attribute.name != "href" { return .forbidden }
        if attribute.name == "style" { return .slot(.css) }
        if URLAttributes.all.contains(attribute.name) {
            let before = CharacterReferences.decode(document.source[value.lowerBound..<range.lowerBound])
            return .slot(LinkURL.escaping(after: LinkURL(before).shape.utf8, inHTML: true))
        }
        return .slot(attribute.quote == nil ? .htmlUnquoted : .html)
    }

    /// Whether no quotes can be put around a value.
    ///
    /// A `style` without quotes gets none either: its declarations are changed one by one.
    private func holdsBothQuotes(_ value: Range<Int>) -> Bool {
        let source = document.source[value]
        return source.contains(UInt8(ascii: "\"")) && source.contains(UInt8(ascii: "'"))
    }

    private static func holds(_ outer: Range<Int>, _ inner: Range<Int>) -> Bool {
        outer.lowerBound <= inner.lowerBound && inner.upperBound <= outer.upperBound
    }
}
