import FoundationEssentials
import Postgres

/// A bulk operation: what was asked, how far it is, what came of it.
package struct BulkOperation: Sendable, Equatable, Identifiable {
    package let id: UUID
    package let kind: BulkKind
    package let parameters: BulkParameters
    /// The selection as JSON: the number of ids, or the filter with its exceptions.
    package let selection: PostgresJSON
    /// The operation that this one takes back.
    package let undoes: UUID?
    package let undoneBy: UUID?
    package let state: BulkState
    package let cancelRequested: Bool
    /// Ids that were given.
    package let requested: Int?
    /// Contacts that are meant; nil until the selection is frozen.
    package let matched: Int?
    package let processed: Int
    package let changed: Int
    package let skipped: Int
    /// A sentence for the client.
    package let error: String?
    package let createdBy: String
    package let createdAt: Date
    package let startedAt: Date?
    package let finishedAt: Date?
    package let undoUntil: Date?

    /// Contacts that were as wanted already.
    package var unchanged: Int { max(0, processed - changed - skipped) }

    /// Whether it can go on at that time, where it stood.
    package func isResumable(at now: Date) -> Bool {
        (state == .failed || state == .cancelled) && undoneBy == nil && undoUntil.map { $0 > now } ?? false
    }

    /// Whether it can be taken back at that time.
    package func isUndoable(at now: Date) -> Bool {
        state.isFinal && kind.isUndoable && changed > 0 && undoneBy == nil && undoUntil.map { $0 > now } ?? false
    }
}

extension BulkOperation {
    /// The columns that `init(row:)` reads, of the table under the alias `o`.
    static let columns: SQL = """
        o.id, o.kind, o.parameters, o.selection, o.undoes, o.undone_by, o.state, o.cancel_requested, o.requested, o.matched,
        o.processed, o.changed, o.skipped, o.error, o.created_by, o.created_at, o.started_at, o.finished_at, o.undo_until
        """

    init(row: PostgresRow) throws {
        id = try row.get("id")
        kind = try row.get("kind")
        parameters = try row.get("parameters", as: PostgresJSON.self).decode()
        selection = try row.get("selection")
        undoes = try row.get("undoes")
        undoneBy = try row.get("undone_by")
        state = try row.get("state")
        cancelRequested = try row.get("cancel_requested")
        requested = try row.get("requested")
        matched = try row.get("matched")
        processed = try row.get("processed")
        changed = try row.get("changed")
        skipped = try row.get("skipped")
        error = try row.get("error")
        createdBy = try row.get("created_by")
        createdAt = try row.get("created_at")
        startedAt = try row.get("started_at")
        finishedAt = try row.get("finished_at")
        undoUntil = try row.get("undo_until")
    }

    /// What it does, read back from what was stored.
    func change() throws -> BulkChange {
        var check = FieldCheck()
        guard let change = BulkChange(kind: kind, parameters: parameters, &check) else {
            throw BulkError(.invalid, "The operation cannot be read", problems: check.problems)
        }
        return change
    }
}
