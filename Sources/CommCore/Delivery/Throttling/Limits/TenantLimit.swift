import FoundationEssentials
import Postgres

/// A limit that a tenant has set for itself.
package struct TenantLimit: Sendable, Equatable {
    package let id: UUID
    package let channel: Channel
    /// nil: of everything on the channel.
    package let campaignID: UUID?
    package let limit: RateLimit
    package let updatedAt: Date
}

extension TenantLimit {
    init(row: PostgresRow) throws {
        let word: String = try row.get("channel")
        guard let channel = Channel(rawValue: word) else { throw PostgresError(.decoding, "there is no channel \(word)") }
        self.init(
            id: try row.get("id"),
            channel: channel,
            campaignID: try row.get("campaign_id"),
            limit: try RateLimit(row: row),
            updatedAt: try row.get("updated_at")
        )
    }
}
