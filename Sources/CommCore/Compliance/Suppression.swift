import FoundationEssentials
import Postgres

/// An address or domain that a tenant sends nothing to, whatever lists it is in.
package struct Suppression: Sendable, Equatable {
    package let id: UUID
    package let scope: SuppressionScope
    /// Of the address; a domain is one of email.
    package let channel: Channel
    /// As it was written, of a push registration the two ends; nil for a domain and for an erased person.
    package let address: String?
    /// Of the scope `domain`.
    package let domain: String?
    /// Of the scope `list`.
    package let listID: UUID?
    /// Whether it stands for a person who was erased, and of whom nothing but a mark is kept.
    package let isErased: Bool
    /// Why: unsubscribe, bounce, complaint, manual, or a word of the tenant.
    package let reason: String
    /// Who said so: link, one_click, webhook, admin, or a word of the tenant.
    package let source: String
    package let landingVariant: String?
    package let note: String?
    /// The event that caused it.
    package let eventID: UUID?
    package let createdAt: Date
    /// From then on it does not count; nil: it counts for ever.
    package let expiresAt: Date?
    /// The tenant's contact of that address, if there is one.
    package let contactID: UUID?
    package let contactStatus: String?
    package let contactName: String?
    package let contactType: String?
    /// Where it stands in the list.
    package let place: TimeCursor

    /// The address, when it is one of email.
    package var email: String? { channel == .email ? address : nil }
}

extension Suppression {
    /// The columns that ``init(row:)`` reads, with the contact of the address.
    static let select: SQL = """
        SELECT x.id, x.scope, x.email, x.email_norm, x.list_id, x.reason, x.source, x.landing_variant, x.note, x.event_id,
               x.created_at, x.expires_at, \(sql: TimeCursor.microseconds(of: "x.created_at")) AS place,
               c.id AS contact_id, c.status AS contact_status, c.name AS contact_name, c.identity_type AS contact_type
          FROM suppressions x
          LEFT JOIN contacts c ON c.tenant_id = x.tenant_id AND c.email_norm = x.email_norm AND c.deleted_at IS NULL
        """

    init(row: PostgresRow) throws {
        let key: String = try row.get("email_norm")
        let id: UUID = try row.get("id")
        self.init(
            id: id,
            scope: SuppressionScope(rawValue: try row.get("scope")) ?? .all,
            channel: ChannelAddress.channel(ofKey: key),
            address: try row.get("email"),
            domain: key.hasPrefix("@") ? String(key.dropFirst()) : nil,
            listID: try row.get("list_id"),
            isErased: key.hasPrefix("#"),
            reason: try row.get("reason"),
            source: try row.get("source"),
            landingVariant: try row.get("landing_variant"),
            note: try row.get("note"),
            eventID: try row.get("event_id"),
            createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"),
            contactID: try row.get("contact_id"),
            contactStatus: try row.get("contact_status"),
            contactName: try row.get("contact_name"),
            contactType: try row.get("contact_type"),
            place: TimeCursor(microseconds: try row.get("place"), id: id)
        )
    }
}
