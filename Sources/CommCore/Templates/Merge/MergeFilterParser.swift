/// Reads what stands behind the first bar of a tag: filters, and a default without a name.
enum MergeFilterParser {
    /// More filters in one tag are a mistake.
    private static let most = 10

    /// The filters in order; a piece that is no call of a filter is the default, as in `{{name|there}}`.
    static func parse(_ text: Substring) throws(MergeSyntaxError) -> [MergeFilter] {
        var filters: [MergeFilter] = []
        var words: [Substring] = []
        for piece in pieces(text) {
            if let filter = try call(piece) {
                flush(&words, &filters)
                filters.append(filter)
            } else {
                words.append(piece)
            }
        }
        flush(&words, &filters)
        guard filters.count <= most else { throw MergeSyntaxError(.invalidTag, "a tag has at most \(most) filters") }
        return filters
    }

    /// Bars inside of a default without a name belong to it.
    private static func flush(_ words: inout [Substring], _ filters: inout [MergeFilter]) {
        guard !words.isEmpty else { return }
        filters.append(.fallback(words.joined(separator: "|").trimmedOfBlanks))
        words = []
    }

    /// Cuts at the bars that do not stand between the quotes of a filter.
    private static func pieces(_ text: Substring) -> [Substring] {
        var pieces: [Substring] = []
        var start = text.startIndex
        var index = start
        var isQuoted = false
        while index < text.endIndex {
            switch text[index] {
            case "\\" where isQuoted: index = text.index(after: index)
            case "\"" where isQuoted: isQuoted = false
            case "\"": isQuoted = name(before: text[start..<index]) != nil
            case "|" where !isQuoted:
                pieces.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
            if index < text.endIndex { index = text.index(after: index) }
        }
        return pieces + [text[start...]]
    }

    /// The word of `word:` or `word:"…",` at the beginning.
    private static func name(before text: Substring) -> Substring? {
        let text = text.drop(while: \.isWhitespace)
        let word = text.prefix { $0.isASCII && $0.isLowercase }
        return !word.isEmpty && text[word.endIndex...].drop(while: \.isWhitespace).first == ":" ? word : nil
    }

    private static func call(_ piece: Substring) throws(MergeSyntaxError) -> MergeFilter? {
        let text = piece.trimmedOfBlanks[...]
        let word = text.prefix { $0.isASCII && ($0.isLowercase || $0 == "_") }
        var rest = text[word.endIndex...].drop(while: \.isWhitespace)
        let isKnown = MergeFilter.isName(String(word))
        if rest.isEmpty { return isKnown ? try MergeFilter(name: String(word), arguments: []) : nil }
        guard !word.isEmpty, rest.first == ":" else { return nil }
        rest.removeFirst()
        rest = rest.drop(while: \.isWhitespace)
        // Without a quote it may be a default such as `at: noon`.
        guard isKnown || rest.first == "\"" else { return nil }
        return try MergeFilter(name: String(word), arguments: try arguments(rest, of: word))
    }

    private static func arguments(_ text: Substring, of word: Substring) throws(MergeSyntaxError) -> [String] {
        var arguments: [String] = []
        var rest = text
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.first == "\"" {
                arguments.append(try MergeToken.quoted(&rest))
            } else {
                let bare = rest.prefix { $0 != "," }
                guard Int(bare.trimmedOfBlanks) != nil else {
                    throw MergeSyntaxError(.invalidTag, "what follows \(word): is a whole number or stands in double quotes")
                }
                arguments.append(bare.trimmedOfBlanks)
                rest = rest[bare.endIndex...]
            }
            rest = rest.drop(while: \.isWhitespace)
            guard let next = rest.first else { return arguments }
            guard next == "," else { throw MergeSyntaxError(.invalidTag, "a comma is missing behind \(word):") }
            rest.removeFirst()
        }
    }
}
