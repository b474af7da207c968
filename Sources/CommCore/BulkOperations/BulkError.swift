/// Why a bulk operation was refused.
package struct BulkError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case notFound = "not_found"
        case listNotFound = "list_not_found"
        case invalid = "validation"
        /// It has no way back, changed nothing, or its 30 days are over.
        case notUndoable = "not_undoable"
        case alreadyUndone = "already_undone"
        /// It was taken back, or its 30 days are over.
        case notResumable = "not_resumable"
        case notFinished = "operation_running"
        case finished = "operation_finished"
        case noResult = "no_result"
        case notDeleted = "not_in_recycle_bin"
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

    static let operationNotFound = BulkError(.notFound, "Operation not found")

    /// The refusal of a request with these problems; its message is that of the first.
    package static func invalid(_ problems: [FieldProblem]) -> BulkError {
        BulkError(.invalid, problems.first?.message ?? "The request is invalid", problems: problems)
    }
}
