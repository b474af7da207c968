/// A merge tag that opens, divides or closes a part of the mail.
package enum BlockTag: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case `if`, unless, each
    }

    /// `{{#if …}}`; of `{{#unless …}}` the condition is turned round already.
    case when(Kind, MergeCondition)
    /// `{{#each …}}`
    case each(MergeSource)
    /// `{{else}}`, `{{else if …}}`
    case otherwise(MergeCondition?)
    /// `{{/if}}`
    case end(Kind)

    /// Reads what stands between the braces; nil when it is no block tag.
    init?(_ content: Substring) throws(MergeSyntaxError) {
        let words = content.split(maxSplits: 1, omittingEmptySubsequences: true, whereSeparator: \.isWhitespace)
        guard let first = words.first else { return nil }
        let rest = words.count > 1 ? String(words[1]) : ""
        switch first {
        case "#if": self = .when(.if, try MergeConditionParser.parse(rest))
        case "#unless": self = .when(.unless, .not(try MergeConditionParser.parse(rest)))
        case "#each": self = .each(try Self.list(rest))
        case "else": self = .otherwise(try Self.next(rest))
        default:
            guard first.hasPrefix("/"), let kind = Kind(rawValue: String(first.dropFirst())) else { return nil }
            guard rest.isEmpty else { throw MergeSyntaxError(.invalidTag, "nothing may follow \(first)") }
            self = .end(kind)
        }
    }

    private static func list(_ text: String) throws(MergeSyntaxError) -> MergeSource {
        let name = text.filter { !$0.isWhitespace }
        guard let source = MergeSource(name), MergeTag.addresses[name] == nil, name.count == text.trimmedOfBlanks.count else {
            throw MergeSyntaxError(.invalidTag, "#each takes the name of an attribute, as in {{#each orders}}")
        }
        if case .position = source { throw MergeSyntaxError(.invalidTag, "\(name) is no list") }
        return source
    }

    private static func next(_ text: String) throws(MergeSyntaxError) -> MergeCondition? {
        guard !text.isEmpty else { return nil }
        let words = text.split(maxSplits: 1, omittingEmptySubsequences: true, whereSeparator: \.isWhitespace)
        guard words.first == "if" else { throw MergeSyntaxError(.invalidTag, "else is followed by nothing or by if and a condition") }
        return try MergeConditionParser.parse(words.count > 1 ? String(words[1]) : "")
    }

    /// What it asks for.
    package var sources: [MergeSource] {
        switch self {
        case .when(_, let condition): condition.sources
        case .otherwise(let condition): condition?.sources ?? []
        case .each(let source): [source]
        case .end: []
        }
    }
}

extension BlockTag: CustomStringConvertible {
    package var description: String {
        switch self {
        case .when(.unless, .not(let condition)): "{{#unless \(condition)}}"
        case .when(_, let condition): "{{#if \(condition)}}"
        case .each(let source): "{{#each \(source.key)}}"
        case .otherwise(let condition): condition.map { "{{else if \($0)}}" } ?? "{{else}}"
        case .end(let kind): "{{/\(kind.rawValue)}}"
        }
    }
}
