import FoundationEssentials
import Postgres

/// A wish to try the failed messages of a campaign again, and how far it has come.
package struct CampaignRetry: Sendable, Equatable {
    package let id: UUID
    package let classes: [RetryClass]
    package let requestedBy: String?
    /// Messages that were meant when it was asked for.
    package let requested: Int64
    /// Messages that are back in the queue.
    package let retried: Int64
    package let createdAt: Date
    package let finishedAt: Date?

    static let columns: SQL = "id, classes, requested_by, requested, retried, created_at, finished_at"

    init(row: PostgresRow) throws {
        id = try row.get("id")
        classes = try row.get("classes")
        requestedBy = try row.get("requested_by")
        requested = try row.get("requested")
        retried = try row.get("retried")
        createdAt = try row.get("created_at")
        finishedAt = try row.get("finished_at")
    }
}
