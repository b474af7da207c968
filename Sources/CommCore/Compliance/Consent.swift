import FoundationEssentials
import Postgres

/// What a person said about being written to, or about what is done with the data, and how it is known.
package struct Consent: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case given, withdrawn
    }

    package let id: UUID
    package let contactID: UUID
    /// `marketing`, or a word of the tenant.
    package let purpose: String
    package let state: State
    package let source: String
    /// Which wording was agreed to.
    package let textVersion: String?
    package let ip: String?
    /// When the person said so.
    package let at: Date
    package let recordedAt: Date

    init(row: PostgresRow) throws {
        id = try row.get("id")
        contactID = try row.get("contact_id")
        purpose = try row.get("purpose")
        state = State(rawValue: try row.get("state")) ?? .withdrawn
        source = try row.get("source")
        textVersion = try row.get("text_version")
        ip = try row.get("ip")
        at = try row.get("at")
        recordedAt = try row.get("recorded_at")
    }
}
