/// Something that compiling has to say about a template, with the place it was found at.
package struct CompileIssue: Error, Codable, Sendable, Equatable {
    /// Which part of the template.
    package enum Part: String, Codable, Sendable, CaseIterable {
        case subject
        case html
        case text
        case preheader
    }

    /// Stable identifier such as `html_size_exceeded` or `unknown_merge_tag`.
    package var code: String
    /// A sentence for the author.
    package var message: String
    package var part: Part?
    /// Counted from 1.
    package var line: Int?
    /// Counted from 1, in characters.
    package var column: Int?
    package var limit: Int?
    package var actual: Int?

    package init(
        _ code: String,
        _ message: String,
        part: Part? = nil,
        line: Int? = nil,
        column: Int? = nil,
        limit: Int? = nil,
        actual: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.part = part
        self.line = line
        self.column = column
        self.limit = limit
        self.actual = actual
    }
}

/// A template that was refused: every reason, and what was measured up to then.
package struct CompileError: Error, Sendable, CustomStringConvertible {
    package let issues: [CompileIssue]
    package let report: CompileReport

    package var description: String { issues.map { "\($0.code): \($0.message)" }.joined(separator: "; ") }
}
