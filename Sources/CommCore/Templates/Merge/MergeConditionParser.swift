/// Reads conditions: `vip and (city == "Riga" or not orders)`.
struct MergeConditionParser {
    /// Parentheses and `not` may be nested so deep.
    private static let deepest = 16

    private var tokens: ArraySlice<MergeToken>
    private var depth = 0

    /// The condition that a text is.
    static func parse(_ text: String) throws(MergeSyntaxError) -> MergeCondition {
        var parser = MergeConditionParser(tokens: try MergeToken.tokens(text)[...])
        guard !parser.tokens.isEmpty else { throw MergeSyntaxError(.invalidTag, "a condition is missing") }
        let condition = try parser.anyOf()
        if let rest = parser.tokens.first { throw MergeSyntaxError(.invalidTag, "the condition should end before \(rest.spelled)") }
        return condition
    }

    private mutating func take(_ token: MergeToken) -> Bool {
        guard tokens.first == token else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func anyOf() throws(MergeSyntaxError) -> MergeCondition {
        var conditions = [try allOf()]
        while take(.word("or")) { conditions.append(try allOf()) }
        return conditions.count == 1 ? conditions[0] : .any(conditions)
    }

    private mutating func allOf() throws(MergeSyntaxError) -> MergeCondition {
        var conditions = [try one()]
        while take(.word("and")) { conditions.append(try one()) }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private mutating func one() throws(MergeSyntaxError) -> MergeCondition {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw MergeSyntaxError(.invalidTag, "a condition is nested more than \(Self.deepest) deep") }
        if take(.word("not")) { return .not(try one()) }
        if take(.sign("(")) {
            let condition = try anyOf()
            guard take(.sign(")")) else { throw MergeSyntaxError(.invalidTag, "a parenthesis is not closed") }
            return condition
        }
        let left = try operand()
        guard let comparison = comparison() else { return .isTrue(left) }
        return .compare(left, comparison, try operand())
    }

    private mutating func comparison() -> MergeCondition.Comparison? {
        let text: String
        switch tokens.first {
        case .sign(let sign): text = sign
        case .word("contains"): text = "contains"
        default: return nil
        }
        guard let comparison = MergeCondition.Comparison(rawValue: text) else { return nil }
        tokens.removeFirst()
        return comparison
    }

    private mutating func operand() throws(MergeSyntaxError) -> MergeCondition.Operand {
        guard let token = tokens.popFirst() else { throw MergeSyntaxError(.invalidTag, "a condition ends too early") }
        switch token {
        case .text(let text): return .text(text)
        case .number(let digits): return .number(digits)
        case .word(let word) where ["true", "false"].contains(word): return .text(word)
        case .word(let word) where !["and", "or", "not", "contains"].contains(word) && MergeTag.addresses[word] == nil:
            guard let source = MergeSource(word) else { throw MergeSyntaxError(.invalidTag, "\(word.prefix(40)) is no name of a field") }
            return .source(source)
        default: throw MergeSyntaxError(.invalidTag, "a name or a value should stand instead of \(token.spelled)")
        }
    }
}

extension MergeToken {
    /// For messages.
    fileprivate var spelled: String {
        switch self {
        case .word(let text), .number(let text), .sign(let text): String(text.prefix(40))
        case .text(let text): "\"\(text.prefix(40))\""
        }
    }
}
