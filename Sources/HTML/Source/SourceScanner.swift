/// Finds tags and comments in HTML by the tokenisation rules of the HTML standard, without building a tree.
///
/// The tree tells what belongs to what; this tells what stands where, also in places that the tree does not hold: tags that the parser
/// dropped, and the inside of conditional comments.
package struct SourceScanner {
    /// Something found in the source; what lies between two of them is text.
    package enum Item: Sendable, Equatable {
        case tag(SourceTag)
        /// The whole comment, and its inside.
        case comment(Range<Int>, inside: Range<Int>)
        /// A doctype, a processing instruction or the like.
        case declaration(Range<Int>)

        /// Where it stands.
        package var range: Range<Int> {
            switch self {
            case .tag(let tag): tag.range
            case .comment(let range, _), .declaration(let range): range
            }
        }
    }

    private let source: [UInt8]
    private let end: Int
    private var position: Int

    private init(source: [UInt8], range: Range<Int>) {
        self.source = source
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// Everything in a range of the source.
    package static func scan(_ source: [UInt8], in range: Range<Int>) -> [Item] {
        var scanner = SourceScanner(source: source, range: range)
        var items: [Item] = []
        while let item = scanner.next() { items.append(item) }
        return items
    }

    /// The tag that a range holds, without its raw content; nil when it holds none.
    package static func tag(in range: Range<Int>, of source: [UInt8]) -> SourceTag? {
        var scanner = SourceScanner(source: source, range: range)
        guard !range.isEmpty, case .tag(var tag)? = scanner.item() else { return nil }
        tag.rawContent = nil
        return tag
    }

    private mutating func next() -> Item? {
        while position < end {
            guard let open = source[position..<end].firstIndex(of: UInt8(ascii: "<")) else { break }
            position = open
            if let item = item() { return item }
            position = open + 1
        }
        position = end
        return nil
    }

    private func byte(at index: Int) -> UInt8 { index < end ? source[index] : 0 }

    /// What the `<` at the position opens; nil when it is text.
    private mutating func item() -> Item? {
        let next = byte(at: position + 1)
        if isLetter(next) { return tag(isEnd: false) }
        switch next {
        case UInt8(ascii: "/"):
            if isLetter(byte(at: position + 2)) { return tag(isEnd: true) }
            return position + 2 < end ? declaration() : nil
        case UInt8(ascii: "!"):
            let isComment = byte(at: position + 2) == UInt8(ascii: "-") && byte(at: position + 3) == UInt8(ascii: "-")
            return isComment ? comment() : declaration()
        case UInt8(ascii: "?"): return declaration()
        default: return nil
        }
    }

    private mutating func declaration() -> Item {
        let start = position
        let close = source[position..<end].firstIndex(of: UInt8(ascii: ">"))
        position = close.map { $0 + 1 } ?? end
        return .declaration(start..<position)
    }

    private mutating func comment() -> Item {
        let start = position
        let inside = start + 4
        // `<!-->` and `<!--->` are whole comments.
        if byte(at: inside) == UInt8(ascii: ">") { return finishComment(start, inside..<inside, inside + 1) }
        if byte(at: inside) == UInt8(ascii: "-"), byte(at: inside + 1) == UInt8(ascii: ">") {
            return finishComment(start, inside..<inside, inside + 2)
        }
        var index = inside
        while index + 2 < end {
            if source[index] == UInt8(ascii: "-"), source[index + 1] == UInt8(ascii: "-") {
                if source[index + 2] == UInt8(ascii: ">") { return finishComment(start, inside..<index, index + 3) }
                if source[index + 2] == UInt8(ascii: "!"), byte(at: index + 3) == UInt8(ascii: ">") {
                    return finishComment(start, inside..<index, index + 4)
                }
            }
            index += 1
        }
        return finishComment(start, min(inside, end)..<end, end)
    }

    private mutating func finishComment(_ start: Int, _ inside: Range<Int>, _ next: Int) -> Item {
        position = min(next, end)
        return .comment(start..<position, inside: inside)
    }

    private mutating func tag(isEnd: Bool) -> Item? {
        let start = position
        let nameStart = position + (isEnd ? 2 : 1)
        var index = nameStart
        while index < end, !isBlank(source[index]), source[index] != UInt8(ascii: "/"), source[index] != UInt8(ascii: ">") { index += 1 }
        let nameRange = nameStart..<index
        var attributes: [SourceAttribute] = []
        while index < end, source[index] != UInt8(ascii: ">") {
            if isBlank(source[index]) || source[index] == UInt8(ascii: "/") {
                index += 1
            } else {
                attributes.append(attribute(&index))
            }
        }
        // The end of the source inside a tag: the standard drops what was begun.
        guard index < end else {
            position = end
            return .declaration(start..<end)
        }
        position = index + 1
        var tag = SourceTag(
            range: start..<position,
            nameRange: nameRange,
            name: lowered(nameRange),
            isEnd: isEnd,
            attributes: attributes,
            rawContent: nil
        )
        if !isEnd, Self.rawElements.contains(tag.name) { tag.rawContent = skipRawContent(of: tag.name) }
        return .tag(tag)
    }

    private func attribute(_ index: inout Int) -> SourceAttribute {
        let start = index
        index += 1
        while index < end, !isBlank(source[index]), !"/>=".utf8.contains(source[index]) { index += 1 }
        let name = start..<index
        var next = index
        while next < end, isBlank(source[next]) { next += 1 }
        guard next < end, source[next] == UInt8(ascii: "=") else {
            return SourceAttribute(range: name, name: lowered(name), value: nil, quote: nil)
        }
        next += 1
        while next < end, isBlank(source[next]) { next += 1 }
        let (value, quote) = attributeValue(&next)
        index = next
        return SourceAttribute(range: start..<next, name: lowered(name), value: value, quote: quote)
    }

    private func attributeValue(_ index: inout Int) -> (Range<Int>?, UInt8?) {
        guard index < end, source[index] != UInt8(ascii: ">") else { return (nil, nil) }
        let start = index
        let quote = source[index]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            while index < end, !isBlank(source[index]), source[index] != UInt8(ascii: ">") { index += 1 }
            return (start..<index, nil)
        }
        let close = source[(start + 1)..<end].firstIndex(of: quote) ?? end
        index = min(close + 1, end)
        return (start + 1..<close, quote)
    }

    private static let rawElements: Set<String> = [
        "style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext",
    ]

    /// Moves to the end tag of an element without markup inside, and tells what is before it.
    private mutating func skipRawContent(of name: String) -> Range<Int> {
        let start = position
        let closing = Array("</\(name)".utf8)
        var index = start
        while index + closing.count <= end {
            guard let open = source[index..<end].firstIndex(of: UInt8(ascii: "<")), open + closing.count <= end else { break }
            let after = byte(at: open + closing.count)
            if closing.indices.allSatisfy({ source[open + $0] | (isLetter(source[open + $0]) ? 0x20 : 0) == closing[$0] }),
                isBlank(after) || after == UInt8(ascii: "/") || after == UInt8(ascii: ">")
            {
                position = open
                return start..<open
            }
            index = open + 1
        }
        position = end
        return start..<end
    }

    private func lowered(_ range: Range<Int>) -> String {
        String(decoding: source[range].map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20)
    }
}
