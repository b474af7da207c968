/// Tells from a doctype how browsers show a document (HTML, 13.2.6.4.1).
enum DoctypeMode {
    /// Whether the doctype in a range means quirks mode; nil when it is none of the usual ones.
    static func isQuirks(_ source: SourceBytes, _ range: Range<Int>) -> Bool? {
        var words = Words(source: source, position: range.lowerBound + 9, end: range.upperBound - 1)
        guard words.skipBlanks(), words.isNext("html") else { return nil }
        if words.isAtEnd { return false }
        guard words.isNext("public") else { return nil }
        guard let name = words.quoted() else { return nil }
        let hasAddress = !words.isAtEnd
        if hasAddress {
            guard words.quoted() != nil, words.isAtEnd else { return nil }
        }
        for known in ["-//w3c//dtd xhtml 1.0 transitional//en", "-//w3c//dtd xhtml 1.0 strict//en", "-//w3c//dtd xhtml 1.1//en"]
        where known == name {
            return false
        }
        switch name {
        case "-//w3c//dtd html 4.01//en": return false
        case "-//w3c//dtd html 4.01 transitional//en": return !hasAddress
        default: return nil
        }
    }

    /// Reads a doctype word by word.
    private struct Words {
        let source: SourceBytes
        var position: Int
        let end: Int

        /// Moves behind blanks; whether there were any.
        mutating func skipBlanks() -> Bool {
            let start = position
            while position < end, SourceBytes.isBlank(source[position]) { position += 1 }
            return position > start
        }

        var isAtEnd: Bool {
            mutating get {
                _ = skipBlanks()
                return position == end
            }
        }

        /// Moves behind a word, if it comes next.
        mutating func isNext(_ word: StaticString) -> Bool {
            _ = skipBlanks()
            let next = position + word.utf8CodeUnitCount
            guard next <= end, source.isWord(position..<next, word) else { return false }
            guard next == end || SourceBytes.isBlank(source[next]) else { return false }
            position = next
            return true
        }

        /// Moves behind something in quotes and tells it in lower case.
        mutating func quoted() -> String? {
            _ = skipBlanks()
            guard position < end else { return nil }
            let quote = source[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
            let close = source.find(quote, from: position + 1, to: end)
            guard close < end else { return nil }
            let text = (position + 1..<close).map { SourceBytes.lowered(source[$0]) }
            position = close + 1
            return String(decoding: text, as: UTF8.self)
        }
    }
}
