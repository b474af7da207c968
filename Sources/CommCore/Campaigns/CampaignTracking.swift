import FoundationEssentials
import Postgres

/// What a campaign tracks in its mails; nil goes by the tenant's settings.
package struct CampaignTracking: Sendable, Equatable {
    package var opens: Bool?
    package var clicks: Bool?

    package init(opens: Bool?, clicks: Bool?) {
        self.opens = opens
        self.clicks = clicks
    }
}

extension CampaignRepository {
    /// What the campaign tracks; `notFound` when the tenant has none of that id.
    package func tracking(tenantID: UUID, id: UUID) async throws -> CampaignTracking {
        try await client.withTenant(tenantID) { connection in
            _ = try await Self.find(tenantID: tenantID, id: id, on: connection)
            return try await Self.tracking(tenantID, id, on: connection)
        }
    }

    /// Sets what the campaign tracks.
    ///
    /// It is built into the mail when the campaign is compiled, so it can change only before the campaign begins; one that is
    /// scheduled has to be compiled again.
    package func setTracking(tenantID: UUID, id: UUID, _ tracking: CampaignTracking) async throws -> CampaignTracking {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            guard campaign.startedAt == nil, !campaign.status.isFinal else {
                throw CampaignError(.illegalTransition, "Tracking cannot be changed while the campaign is \(campaign.status.rawValue)")
            }
            try await connection.execute(
                """
                UPDATE campaigns SET track_opens = \(tracking.opens), track_clicks = \(tracking.clicks), updated_at = \(now)
                 WHERE tenant_id = \(tenantID) AND id = \(id)
                """
            )
            return try await Self.tracking(tenantID, id, on: connection)
        }
    }

    private static func tracking(_ tenantID: UUID, _ id: UUID, on connection: PostgresConnection) async throws -> CampaignTracking {
        let rows = try await connection.query(
            "SELECT track_opens, track_clicks FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(id)"
        )
        return try rows.one { CampaignTracking(opens: try $0.get("track_opens"), clicks: try $0.get("track_clicks")) }
    }
}
