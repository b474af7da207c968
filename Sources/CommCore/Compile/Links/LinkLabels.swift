import HTML

/// What links show: their text, or the alternative text of their image.
struct LinkLabels {
    private static let longest = 200

    private let document: HTMLDocument
    /// Places of links in the document's nodes, by the offsets of their tags.
    private var places: [Int: Int] = [:]

    init(_ document: HTMLDocument) {
        self.document = document
        for (index, element) in document.elements where element.name == "a" || element.name == "area" {
            if let tag = element.tag { places[tag.range.lowerBound] = index }
        }
    }

    /// The label of a link, white space collapsed; of one in a conditional comment, what stands up to its end tag.
    func label(of tag: SourceTag, before rest: ArraySlice<SourceScanner.Item>) -> String {
        if let place = places[tag.range.lowerBound] { return label(below: place, tag) }
        return tag.name == "a" || tag.name.hasPrefix("v:") ? label(behind: tag, rest) : ""
    }

    private func label(below place: Int, _ tag: SourceTag) -> String {
        var text = ""
        var alternative = tag.name == "area" ? document.value(of: "alt", in: tag) : nil
        for node in document.nodes[place..<document.nodes[place].end] {
            switch node.content {
            case .text(let part): text += String(decoding: part.utf8.prefix(16 * Self.longest), as: UTF8.self)
            case .element(let element):
                if alternative == nil, element.name == "img", let tag = element.tag { alternative = document.value(of: "alt", in: tag) }
            default: continue
            }
            // What is left out is longer than what anybody is shown.
            if text.utf8.count > 8 * Self.longest { break }
        }
        let label = Self.collapsed(text)
        return label.isEmpty ? Self.collapsed(alternative ?? "") : label
    }

    private func label(behind tag: SourceTag, _ rest: ArraySlice<SourceScanner.Item>) -> String {
        var bytes: [UInt8] = []
        var position = tag.range.upperBound
        for item in rest.prefix(30) {
            if item.range.lowerBound < position { break }
            bytes += document.source[position..<item.range.lowerBound].prefix(8 * Self.longest) + [0x20]
            position = item.range.upperBound
            if case .tag(let other) = item, other.isEnd, other.name == tag.name {
                return Self.collapsed(CharacterReferences.decode(bytes[...]))
            }
        }
        return ""
    }

    private static func collapsed(_ text: String) -> String {
        String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(longest))
    }
}
