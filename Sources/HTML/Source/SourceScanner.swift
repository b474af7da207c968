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

    private let source: SourceBytes
    private let end: Int
    private var position: Int
    private let names = HTMLNameTable.shared
    private var items: [SourceIndex.ItemRecord] = []
    private var tags: [SourceIndex.TagRecord] = []
    private var attributes: [SourceIndex.AttributeRecord] = []

    private init(source: SourceBytes, range: Range<Int>) {
        self.source = source
        self.position = range.lowerBound
        self.end = range.upperBound
        let expected = range.count / 64 + 8
        items.reserveCapacity(expected)
        tags.reserveCapacity(expected)
        attributes.reserveCapacity(expected)
    }

    /// Everything in a range of the source.
    package static func scan(_ source: [UInt8], in range: Range<Int>) -> [Item] {
        index(source, in: range).allItems
    }

    /// Everything in a range of the source, as records.
    static func index(_ source: [UInt8], in range: Range<Int>) -> SourceIndex {
        let range = range.clamped(to: 0..<source.count)
        return SourceBytes.with(source) { bytes in
            var scanner = SourceScanner(source: bytes, range: range)
            while scanner.next() {}
            return SourceIndex(source: source, items: scanner.items, tags: scanner.tags, attributes: scanner.attributes)
        }
    }

    /// The tag that a range holds, without its raw content; nil when it holds none.
    package static func tag(in range: Range<Int>, of source: [UInt8]) -> SourceTag? {
        let range = range.clamped(to: 0..<source.count)
        guard !range.isEmpty, source[range.lowerBound] == UInt8(ascii: "<") else { return nil }
        let index = SourceBytes.with(source) { bytes in
            var scanner = SourceScanner(source: bytes, range: range)
            _ = scanner.item()
            return SourceIndex(source: source, items: scanner.items, tags: scanner.tags, attributes: scanner.attributes)
        }
        return index.tags.isEmpty ? nil : SourceTag(index, 0, hasContent: false)
    }

    /// Adds the next item; false at the end.
    private mutating func next() -> Bool {
        while true {
            position = source.find(UInt8(ascii: "<"), from: position, to: end)
            guard position < end else { return false }
            if item() { return true }
            position += 1
        }
    }

    private func byte(at index: Int) -> UInt8 { index < end ? source[index] : 0 }

    /// Adds what the `<` at the position opens; false when it is text.
    private mutating func item() -> Bool {
        let next = byte(at: position + 1)
        if SourceBytes.isLetter(next) { return tag(isEnd: false) }
        switch next {
        case UInt8(ascii: "/"):
            if SourceBytes.isLetter(byte(at: position + 2)) { return tag(isEnd: true) }
            return position + 2 < end ? declaration() : false
        case UInt8(ascii: "!"):
            let isComment = byte(at: position + 2) == UInt8(ascii: "-") && byte(at: position + 3) == UInt8(ascii: "-")
            return isComment ? comment() : declaration()
        case UInt8(ascii: "?"): return declaration()
        default: return false
        }
    }

    private mutating func append(_ kind: SourceIndex.ItemRecord.Kind, _ start: Int, first: Int = 0, second: Int = 0) -> Bool {
        items.append(
            SourceIndex.ItemRecord(kind: kind, start: Int32(start), end: Int32(position), first: Int32(first), second: Int32(second))
        )
        return true
    }

    private mutating func declaration() -> Bool {
        let start = position
        let close = source.find(UInt8(ascii: ">"), from: position, to: end)
        position = min(close + 1, end)
        return append(.declaration, start)
    }

    private mutating func comment() -> Bool {
        let start = position
        let inside = start + 4
        // `<!-->` and `<!--->` are whole comments.
        if byte(at: inside) == UInt8(ascii: ">") { return finishComment(start, inside..<inside, inside + 1) }
        if byte(at: inside) == UInt8(ascii: "-"), byte(at: inside + 1) == UInt8(ascii: ">") {
            return finishComment(start, inside..<inside, inside + 2)
        }
        var index = inside
        while true {
            index = source.find(UInt8(ascii: "-"), from: index, to: end)
            guard index + 2 < end else { break }
            if source[index + 1] == UInt8(ascii: "-") {
                if source[index + 2] == UInt8(ascii: ">") { return finishComment(start, inside..<index, index + 3) }
                if source[index + 2] == UInt8(ascii: "!"), byte(at: index + 3) == UInt8(ascii: ">") {
                    return finishComment(start, inside..<index, index + 4)
                }
            }
            index += 1
        }
        return finishComment(start, min(inside, end)..<end, end)
    }

    private mutating func finishComment(_ start: Int, _ inside: Range<Int>, _ next: Int) -> Bool {
        position = min(next, end)
        return append(.comment, start, first: inside.lowerBound, second: inside.upperBound)
    }

    private mutating func tag(isEnd: Bool) -> Bool {
        let start = position
        let nameStart = position + (isEnd ? 2 : 1)
        var index = nameStart
        while index < end {
            let byte = source[index]
            if SourceBytes.isBlank(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">") { break }
            index += 1
        }
        let nameEnd = index
        let firstAttribute = attributes.count
        while index < end {
            let byte = source[index]
            if byte == UInt8(ascii: ">") { break }
            if SourceBytes.isBlank(byte) || byte == UInt8(ascii: "/") { index += 1 } else { attribute(&index) }
        }
        // The end of the source inside a tag: the standard drops what was begun.
        guard index < end else {
            position = end
            attributes.removeLast(attributes.count - firstAttribute)
            return append(.declaration, start)
        }
        position = index + 1
        let name = names.name(source, nameStart..<nameEnd)
        _ = append(.tag, start, first: tags.count)
        let tagEnd = position
        let rawEnd = !isEnd && name.isRaw ? skipRawContent(nameStart..<nameEnd) : -1
        tags.append(
            SourceIndex.TagRecord(
                start: Int32(start),
                nameEnd: Int32(nameEnd),
                end: Int32(tagEnd),
                rawEnd: Int32(rawEnd),
                firstAttribute: Int32(firstAttribute),
                attributeCount: Int32(attributes.count - firstAttribute),
                name: name,
                isEnd: isEnd
            )
        )
        return true
    }

    private mutating func attribute(_ index: inout Int) {
        let start = index
        index += 1
        while index < end {
            let byte = source[index]
            if SourceBytes.isBlank(byte) || byte == UInt8(ascii: "=") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { break }
            index += 1
        }
        var record = SourceIndex.AttributeRecord(
            start: Int32(start),
            nameEnd: Int32(index),
            end: Int32(index),
            valueStart: -1,
            valueEnd: -1,
            quote: 0,
            kind: kind(start..<index)
        )
        var next = index
        while next < end, SourceBytes.isBlank(source[next]) { next += 1 }
        if next < end, source[next] == UInt8(ascii: "=") {
            next += 1
            while next < end, SourceBytes.isBlank(source[next]) { next += 1 }
            value(&next, &record)
            record.end = Int32(next)
            index = next
        }
        attributes.append(record)
    }

    private func kind(_ name: Range<Int>) -> SourceIndex.AttributeKind {
        switch name.count {
        case 2: source.isWord(name, "id") ? .id : .other
        case 5: source.isWord(name, "class") ? .class : source.isWord(name, "style") ? .style : .other
        default: .other
        }
    }

    private func value(_ index: inout Int, _ record: inout SourceIndex.AttributeRecord) {
        guard index < end, source[index] != UInt8(ascii: ">") else { return }
        let start = index
        let quote = source[index]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            while index < end, !SourceBytes.isBlank(source[index]), source[index] != UInt8(ascii: ">") { index += 1 }
            record.valueStart = Int32(start)
            record.valueEnd = Int32(index)
            return
        }
        let close = source.find(quote, from: start + 1, to: end)
        index = min(close + 1, end)
        record.valueStart = Int32(start + 1)
        record.valueEnd = Int32(close)
        record.quote = quote
    }

    /// Moves to the end tag of an element without markup inside, and tells where that is.
    private mutating func skipRawContent(_ name: Range<Int>) -> Int {
        var index = position
        while true {
            index = source.find(UInt8(ascii: "<"), from: index, to: end)
            guard index < end else { break }
            let after = index + 2 + name.count
            if after <= end, source[index + 1] == UInt8(ascii: "/"), isSameName(index + 2, name) {
                let next = byte(at: after)
                if SourceBytes.isBlank(next) || next == UInt8(ascii: "/") || next == UInt8(ascii: ">") { break }
            }
            index += 1
        }
        position = index
        return index
    }

    private func isSameName(_ start: Int, _ name: Range<Int>) -> Bool {
        for offset in 0..<name.count
        where SourceBytes.lowered(source[start + offset]) != SourceBytes.lowered(source[name.lowerBound + offset]) {
            return false
        }
        return true
    }
}

extension SourceIndex {
    /// Everything that was found, in source order.
    var allItems: [SourceScanner.Item] {
        items.map { item in
            let range = Int(item.start)..<Int(item.end)
            return switch item.kind {
            case .tag: .tag(SourceTag(self, Int(item.first)))
            case .comment: .comment(range, inside: Int(item.first)..<Int(item.second))
            case .declaration: .declaration(range)
            }
        }
    }
}
