/// Applies filters to values.
enum FilterRunner {
    /// The value as the filters make it; what a filter cannot read stays as it is, and nothing is made of nothing.
    static func apply(_ filters: [MergeFilter], to value: [UInt8], _ message: BoundMessage, _ state: inout LogicState) -> [UInt8] {
        var value = value
        for filter in filters {
            switch filter {
            case .fallback(let text): if value.isEmpty { value = Array(text.utf8) }
            case _ where value.isEmpty: continue
            case _ where filter.needsLanguage: value = state.language(message).apply(filter, to: value)
            default: value = Array(changed(String(decoding: value, as: UTF8.self), filter).utf8)
            }
        }
        return value
    }

    private static func changed(_ text: String, _ filter: MergeFilter) -> String {
        switch filter {
        case .upper: text.uppercased()
        case .lower: text.lowercased()
        case .capitalize: capitalized(text)
        case .title: titled(text)
        case .trim: text.trimmedOfBlanks
        case .truncate(let count): truncated(text, count)
        default: text
        }
    }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func titled(_ text: String) -> String {
        var titled = ""
        var isAtStart = true
        for character in text {
            titled += isAtStart ? String(character).uppercased() : String(character)
            isAtStart = character.isWhitespace || character == "-"
        }
        return titled
    }

    private static func truncated(_ text: String, _ count: Int) -> String {
        guard text.dropFirst(count).first != nil else { return text }
        var kept = text.prefix(count - 1)
        while kept.last?.isWhitespace == true { kept.removeLast() }
        return kept + "…"
    }
}
