import FoundationEssentials
import Postgres

extension CampaignRepository {
    /// Changes the given settings.
    ///
    /// The pace can change until the campaign has ended; time, zone and sender only before it begins. Taking the time away from a
    /// scheduled campaign makes it a draft again, as nothing says any more when it should go.
    package func updateSettings(tenantID: UUID, id: UUID, patch: CampaignSettingsPatch) async throws -> Campaign {
        try Self.require(CampaignRules.problems(of: patch))
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            try Self.requireChangeable(campaign, by: patch)
            if patch.changesPlan {
                try await Self.changePlan(of: campaign, tenantID: tenantID, by: patch, now: now, on: connection)
            }
            if patch.changesPacing {
                try await Self.changePacing(of: campaign, tenantID: tenantID, by: patch, on: connection)
            }
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    private static func requireChangeable(_ campaign: Campaign, by patch: CampaignSettingsPatch) throws {
        let planIsOpen = campaign.status == .draft || (campaign.startedAt == nil && !campaign.status.isFinal)
        guard !campaign.status.isFinal, planIsOpen || !patch.changesPlan else {
            throw CampaignError(
                .illegalTransition,
                "These settings cannot be changed while the campaign is \(campaign.status.rawValue)"
            )
        }
    }

    private static func changePlan(
        of campaign: Campaign,
        tenantID: UUID,
        by patch: CampaignSettingsPatch,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let scheduledAt = patch.clearScheduled ? nil : patch.scheduledAt.flatMap(ScheduledTime.date(from:)) ?? campaign.scheduledAt
        let status = patch.clearScheduled ? try status(of: campaign, after: .unschedule) : campaign.status
        let fromAddress = patch.fromAddress == nil ? campaign.fromAddress : CampaignRules.deliverable(patch.fromAddress)
        let fromName = patch.fromName == nil ? campaign.fromName : patch.fromName.nonEmpty
        try await connection.execute(
            """
            UPDATE campaigns
               SET scheduled_at = \(scheduledAt), status = \(status), timezone = \(patch.timezone ?? campaign.timezone),
                   from_address = \(fromAddress), from_name = \(fromName), updated_at = \(now)
             WHERE tenant_id = \(tenantID) AND id = \(campaign.id)
            """
        )
    }

    private static func changePacing(
        of campaign: Campaign,
        tenantID: UUID,
        by patch: CampaignSettingsPatch,
        on connection: PostgresConnection
    ) async throws {
        let size = patch.chunkSize ?? campaign.chunkSize
        let delay = patch.delaySecondsBetweenChunks ?? campaign.delaySecondsBetweenChunks
        try await connection.execute(
            """
            INSERT INTO campaign_send_settings (tenant_id, campaign_id, chunk_size, delay_seconds_between_chunks)
            VALUES (\(tenantID), \(campaign.id), \(size), \(delay))
            ON CONFLICT (tenant_id, campaign_id) DO UPDATE
               SET chunk_size = excluded.chunk_size, delay_seconds_between_chunks = excluded.delay_seconds_between_chunks
            """
        )
    }
}
