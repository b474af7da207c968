/// A word of a condition.
enum MergeToken: Equatable {
    /// A name, or one of `and`, `or`, `not`, `contains`.
    case word(String)
    case text(String)
    case number(String)
    /// A comparison or a parenthesis.
    case sign(String)

    /// The words of a condition.
    static func tokens(_ text: String) throws(MergeSyntaxError) -> [MergeToken] {
        var tokens: [MergeToken] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "\"" || first == "'" || first == "“" || first == "”" {
                tokens.append(.text(try quoted(&rest)))
            } else if let sign = sign(&rest) {
                tokens.append(.sign(sign))
            } else {
                let word = rest.prefix { $0 == "@" || $0 == "_" || $0 == "." || $0 == "-" || $0.isASCII && ($0.isLetter || $0.isNumber) }
                guard !word.isEmpty else { throw MergeSyntaxError(.invalidTag, "\(first) has no meaning in a condition") }
                tokens.append(isNumber(word) ? .number(String(word)) : .word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
        return tokens
    }

    /// A text in quotes, a backslash taking the next character as it is.
    ///
    /// Editors that make quotes typographic are forgiven.
    static func quoted(_ rest: inout Substring) throws(MergeSyntaxError) -> String {
        let opening = rest.removeFirst()
        let closing: [Character] = opening == "'" ? ["'"] : opening == "\"" ? ["\""] : ["“", "”", "\""]
        var text = ""
        while !rest.isEmpty {
            let next = rest.removeFirst()
            if closing.contains(next) { return text }
            if next == "\\", !rest.isEmpty { text.append(rest.removeFirst()) } else { text.append(next) }
        }
        throw MergeSyntaxError(.invalidTag, "a quote is not closed")
    }

    private static func sign(_ rest: inout Substring) -> String? {
        for sign in ["==", "!=", "<=", ">=", "<", ">", "(", ")"] where rest.hasPrefix(sign) {
            rest.removeFirst(sign.count)
            return sign
        }
        return nil
    }

    private static func isNumber(_ word: Substring) -> Bool {
        guard let first = word.first, first.isNumber || first == "-" else { return false }
        return MergeNumber.parse(Array(word.utf8)) != nil
    }
}
