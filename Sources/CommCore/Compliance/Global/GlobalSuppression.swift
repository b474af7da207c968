import FoundationEssentials
import Postgres

/// An address or a domain to which no tenant of the installation sends anything: an entry of the operator's own list.
package struct GlobalSuppression: Sendable, Equatable {
    package let id: UUID
    /// Of the address; a domain is one of email.
    package let channel: Channel
    /// As it was written, of a push registration the two ends; nil for a domain.
    package let address: String?
    package let domain: String?
    /// What tenants are told: `spam_trap`, `complaint`, or a word of the operator's.
    package let reason: String
    /// For operators.
    package let note: String?
    package let createdAt: Date
    /// From then on it does not count; nil: it counts for ever.
    package let expiresAt: Date?
    /// Where it stands in the list.
    package let place: TimeCursor
}

extension GlobalSuppression {
    /// The columns that ``init(row:)`` reads, of a row `g`.
    static let columns: SQL = """
        g.id, g.key, g.shown, g.reason, g.note, g.created_at, g.expires_at, \(sql: TimeCursor.microseconds(of: "g.created_at")) AS place
        """

    init(row: PostgresRow) throws {
        let (id, key): (UUID, String) = (try row.get("id"), try row.get("key"))
        self.init(
            id: id,
            channel: ChannelAddress.channel(ofKey: key),
            address: try row.get("shown"),
            domain: key.hasPrefix("@") ? String(key.dropFirst()) : nil,
            reason: try row.get("reason"),
            note: try row.get("note"),
            createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"),
            place: TimeCursor(microseconds: try row.get("place"), id: id)
        )
    }
}
