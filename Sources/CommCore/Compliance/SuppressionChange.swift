import FoundationEssentials
import Postgres

/// One entry of the history of the suppression list.
package struct SuppressionChange: Sendable, Equatable {
    package let suppressionID: UUID
    /// added, changed, removed, expired, erased.
    package let action: String
    package let channel: Channel
    /// nil when it was of a domain, or of a person who was erased since; of a push registration its hash.
    package let address: String?
    package let domain: String?
    package let scope: String
    package let listID: UUID?
    package let reason: String
    package let source: String
    package let eventID: UUID?
    package let expiresAt: Date?
    /// Who asked; nil: the event pipeline.
    package let actor: String?
    package let note: String?
    package let at: Date
    package let place: TimeCursor

    /// The address, when it is one of email.
    package var email: String? { channel == .email ? address : nil }

    init(row: PostgresRow) throws {
        let key: String = try row.get("email_norm")
        suppressionID = try row.get("suppression_id")
        action = try row.get("action")
        channel = ChannelAddress.channel(ofKey: key)
        address = key.hasPrefix("@") || key.hasPrefix("#") ? nil : key
        domain = key.hasPrefix("@") ? String(key.dropFirst()) : nil
        scope = try row.get("scope")
        listID = try row.get("list_id")
        reason = try row.get("reason")
        source = try row.get("source")
        eventID = try row.get("event_id")
        expiresAt = try row.get("expires_at")
        actor = try row.get("actor")
        note = try row.get("note")
        at = try row.get("at")
        place = TimeCursor(microseconds: try row.get("place"), id: try row.get("id"))
    }
}
