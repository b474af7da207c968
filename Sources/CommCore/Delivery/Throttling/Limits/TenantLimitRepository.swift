import FoundationEssentials
import Postgres

/// SQL of the limits that tenants set for themselves; they count within ten seconds.
package struct TenantLimitRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Every limit of the tenant: first those of channels, then those of campaigns, newest first.
    package func list(tenantID: UUID, limit: Int = 1_000) async throws -> [TenantLimit] {
        try await client.query(
            """
            SELECT * FROM rate_limits WHERE tenant_id = \(tenantID) ORDER BY campaign_id IS NOT NULL, id DESC LIMIT \(limit)
            """,
            tenant: tenantID
        ).map(TenantLimit.init(row:))
    }

    /// Sets the limit of a channel.
    package func set(tenantID: UUID, channel: Channel, _ draft: RateLimitDraft) async throws -> TenantLimit {
        let limit = try draft.limit()
        return try await store(tenantID: tenantID, channel: channel, campaignID: nil, limit)
    }

    /// Sets the limit of a campaign.
    package func set(tenantID: UUID, campaignID: UUID, _ draft: RateLimitDraft) async throws -> TenantLimit {
        let limit = try draft.limit()
        let exists = try await client.query(
            "SELECT FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(campaignID) AND deleted_at IS NULL",
            tenant: tenantID
        )
        guard !exists.isEmpty else { throw ThrottlingError(.notFound, "Campaign not found") }
        return try await store(tenantID: tenantID, channel: .email, campaignID: campaignID, limit)
    }

    /// - Throws: ``ThrottlingError`` when there is none.
    package func remove(tenantID: UUID, channel: Channel) async throws {
        try await remove(tenantID, "campaign_id IS NULL AND channel = \(channel.rawValue)")
    }

    /// - Throws: ``ThrottlingError`` when there is none.
    package func remove(tenantID: UUID, campaignID: UUID) async throws {
        try await remove(tenantID, "campaign_id = \(campaignID)")
    }

    private func remove(_ tenantID: UUID, _ condition: SQL) async throws {
        let removed = try await client.query(
            "DELETE FROM rate_limits WHERE tenant_id = \(tenantID) AND \(sql: condition)",
            tenant: tenantID
        ).affected
        guard removed > 0 else { throw ThrottlingError(.notFound, "There is no such limit") }
    }

    private func store(tenantID: UUID, channel: Channel, campaignID: UUID?, _ limit: RateLimit) async throws -> TenantLimit {
        let now = time.now
        let target: SQL =
            campaignID == nil ? "(tenant_id, channel) WHERE campaign_id IS NULL" : "(tenant_id, campaign_id) WHERE campaign_id IS NOT NULL"
        let rows = try await client.query(
            """
            INSERT INTO rate_limits (tenant_id, id, channel, campaign_id, messages, period_seconds, burst, created_at, updated_at)
            VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(channel.rawValue), \(campaignID), \(limit.messages), \(limit.period),
                    \(limit.burst), \(now), \(now))
            ON CONFLICT \(sql: target) DO UPDATE
            SET messages = excluded.messages, period_seconds = excluded.period_seconds, burst = excluded.burst, updated_at = excluded.updated_at
            RETURNING *
            """,
            tenant: tenantID
        )
        return try rows.one(TenantLimit.init(row:))
    }
}
