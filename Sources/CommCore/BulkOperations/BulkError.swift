/// Why a bulk operation was refused.
package typealias BulkError = Refusal<BulkErrorCode>

package enum BulkErrorCode: String, RefusalCode, CaseIterable {
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

extension BulkError {
    static var operationNotFound: BulkError { BulkError(.notFound, "Operation not found") }
}
