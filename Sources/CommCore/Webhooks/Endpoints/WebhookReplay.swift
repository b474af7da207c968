import FoundationEssentials
import Postgres

/// A stretch of time whose events an endpoint is told again.
package struct WebhookReplay: Sendable, Equatable {
    package let id: UUID
    package let endpointID: UUID
    package let from: Date
    package let to: Date
    package let failedOnly: Bool
    package let eventTypes: [String]?
    /// Events found so far; each is delivered and retried like any other.
    package let queued: Int
    package let createdAt: Date
    /// When the last event was found; nil while it runs.
    package let finishedAt: Date?

    static let columns: SQL = "id, endpoint_id, from_time, to_time, failed_only, event_types, queued, created_at, finished_at"

    init(row: PostgresRow) throws {
        (id, endpointID, from, to) = (try row.get("id"), try row.get("endpoint_id"), try row.get("from_time"), try row.get("to_time"))
        (failedOnly, eventTypes, queued) = (try row.get("failed_only"), try row.get("event_types"), try row.get("queued"))
        (createdAt, finishedAt) = (try row.get("created_at"), try row.get("finished_at"))
    }
}
