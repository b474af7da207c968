/// Why a filter, a saved filter or a page of recipients was refused.
package struct SegmentError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound
        case invalid
        /// A filter of that name is there already.
        case nameTaken
    }

    package let code: Code
    /// A sentence for the client.
    package let message: String
    package let problems: [FieldProblem]

    package init(_ code: Code, _ message: String, problems: [FieldProblem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    static let filterNotFound = SegmentError(.notFound, "Filter not found")
    static let nameTaken = SegmentError(.nameTaken, "A filter of that name exists")

    static func invalid(_ problems: [FieldProblem]) -> SegmentError {
        SegmentError(.invalid, problems.first?.message ?? "The filter is invalid", problems: problems)
    }

    static func invalid(_ field: String, _ message: String) -> SegmentError {
        invalid([FieldProblem(field: field, code: "invalid", message: message)])
    }
}
