/// Why something between double braces cannot be understood although it is of the merge language.
package struct MergeSyntaxError: Error, Sendable, Equatable {
    /// A stable identifier, as in `CompileIssue.code`.
    package enum Code: String, Sendable {
        case invalidTag = "invalid_merge_tag"
        case unknownFilter = "unknown_filter"
    }

    package let code: Code
    /// A sentence for the author.
    package let message: String

    package init(_ code: Code = .invalidTag, _ message: String) {
        self.code = code
        self.message = message
    }
}
