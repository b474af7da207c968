/// Collects the problems of a request, so that all of them are reported at once.
package struct FieldCheck {
    package private(set) var problems: [FieldProblem] = []

    package init() {}

    package mutating func add(_ problem: FieldProblem) {
        problems.append(problem)
    }

    package mutating func add(_ field: String, _ code: String, _ message: String) {
        problems.append(FieldProblem(field: field, code: code, message: message))
    }

    /// A single line of text: not blank, at most `limit` characters, without NUL, CR or LF (it may end in a mail header).
    package mutating func requiredLine(_ field: String, _ value: String?, limit: Int) {
        guard let value, !Self.isBlank(value) else {
            add(.required(field))
            return
        }
        line(field, value, limit: limit)
    }

    /// A single line that may be empty or missing.
    package mutating func line(_ field: String, _ value: String?, limit: Int) {
        guard let value else { return }
        if value.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" || $0 == "\0" }) {
            add(field, "invalid", "\(field) must not contain line breaks or NUL")
        }
        if value.unicodeScalars.count > limit {
            add(field, "too_long", "\(field) is longer than \(limit) characters")
        }
    }

    /// Text of any number of lines.
    ///
    /// NUL cannot be stored.
    package mutating func text(_ field: String, _ value: String?) {
        guard let value, value.utf8.contains(0) else { return }
        add(field, "invalid", "\(field) must not contain NUL")
    }

    /// Whether a text says nothing: empty, or white space only.
    package static func isBlank(_ text: String) -> Bool {
        text.allSatisfy(\.isWhitespace)
    }
}
