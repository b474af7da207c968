import FoundationEssentials
import Postgres

/// One entry of the audit log: who did what to what, with what was there before and after.
package struct AuditEntry: Sendable, Equatable {
    package let id: UUID
    package let createdAt: Date
    /// The kind of operation: `change` for what the database noted itself, `csv_upload`, `gdpr_export` and the like.
    package let eventType: String
    package let action: String
    package let resourceType: String
    package let resourceID: UUID?
    package let userIdentifier: String?
    /// `key:<id>`, `platform` or `system`.
    package let actor: String
    package let requestID: String?
    /// JSON objects, the latter two nil where there is nothing.
    package let details: PostgresJSON
    package let before: PostgresJSON?
    package let after: PostgresJSON?
    package let place: TimeCursor

    init(row: PostgresRow) throws {
        id = try row.get("id")
        createdAt = try row.get("created_at")
        eventType = try row.get("event_type")
        action = try row.get("action")
        resourceType = try row.get("resource_type")
        resourceID = try row.get("resource_id")
        userIdentifier = try row.get("user_identifier")
        actor = try row.get("actor")
        requestID = try row.get("request_id")
        details = try row.get("details")
        before = try row.get("before")
        after = try row.get("after")
        place = TimeCursor(microseconds: try row.get("place"), id: id)
    }
}
