/// How a date is written: a style of the recipient's language, or a pattern such as `d MMMM yyyy`.
package enum MergeDateFormat: Sendable, Hashable, CustomStringConvertible {
    package enum Style: String, Sendable, Hashable, CaseIterable {
        case short, medium, long, full
    }

    /// A part of a pattern.
    package enum Part: Sendable, Hashable {
        case text(String)
        /// A letter of the pattern, so many times.
        case field(Character, Int)
    }

    case style(Style)
    case pattern([Part])

    /// Reads what stands behind `date:`.
    package init(_ text: String) throws(MergeSyntaxError) {
        if let style = Style(rawValue: text) {
            self = .style(style)
        } else {
            self = .pattern(try Self.parts(text))
        }
    }

    /// The longest run of each letter that means something.
    private static let letters: [Character: Int] = [
        "y": 4, "M": 4, "L": 4, "d": 2, "E": 4, "H": 2, "h": 2, "m": 2, "s": 2, "a": 1,
    ]

    private static func parts(_ pattern: String) throws(MergeSyntaxError) -> [Part] {
        guard (1...60).contains(pattern.utf8.count) else {
            throw MergeSyntaxError(.invalidTag, "a date format has 1 to 60 characters")
        }
        var parts: [Part] = []
        var rest = pattern[...]
        while let first = rest.first {
            if first == "'" {
                append(try quoted(&rest), &parts)
            } else if first.isASCII, first.isLetter {
                let run = rest.prefix { $0 == first }
                guard let longest = letters[first], run.count <= longest else {
                    throw MergeSyntaxError(.invalidTag, "\(run.prefix(10)) means nothing in a date format; text stands between '…'")
                }
                parts.append(.field(first, run.count))
                rest = rest[run.endIndex...]
            } else {
                append(String(first), &parts)
                rest.removeFirst()
            }
        }
        return parts
    }

    /// The text of `'…'`; two quotes are one that is meant.
    private static func quoted(_ rest: inout Substring) throws(MergeSyntaxError) -> String {
        rest.removeFirst()
        if rest.first == "'" {
            rest.removeFirst()
            return "'"
        }
        var text = ""
        while !rest.isEmpty {
            let next = rest.removeFirst()
            guard next == "'" else {
                text.append(next)
                continue
            }
            guard rest.first == "'" else { return text }
            text.append(rest.removeFirst())
        }
        throw MergeSyntaxError(.invalidTag, "a quote in a date format is not closed")
    }

    /// Neighbouring texts are one.
    private static func append(_ text: String, _ parts: inout [Part]) {
        if case .text(let before)? = parts.last { parts[parts.count - 1] = .text(before + text) } else { parts.append(.text(text)) }
    }

    package var description: String {
        switch self {
        case .style(let style): style.rawValue
        case .pattern(let parts):
            parts.map { part in
                switch part {
                case .text(let text):
                    text.contains { $0.isASCII && $0.isLetter || $0 == "'" } ? "'\(text.replacing("'", with: "''"))'" : text
                case .field(let letter, let count): String(repeating: letter, count: count)
                }
            }.joined()
        }
    }
}
