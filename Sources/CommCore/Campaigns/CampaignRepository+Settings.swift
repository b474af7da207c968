import FoundationEssentials
import Postgres

extension CampaignRepository {
    /// Changes the given settings.
    ///
    /// Pace and hours can change until the campaign has ended; time, zone and sender only before it begins; what the compile step reads
    /// and who is meant only of a draft. Taking the time away from a scheduled campaign makes it a draft again, as nothing says any more
    /// when it should go. An approval does not outlive a change.
    package func updateSettings(
        tenantID: UUID,
        id: UUID,
        patch: CampaignSettingsPatch,
        by who: String? = nil
    ) async throws -> Campaign {
        try Self.require(CampaignRules.problems(of: patch))
        let scope = CampaignScope(tenantID: tenantID, campaignID: id, now: time.now)
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            try Self.requireChangeable(campaign, by: patch)
            if let zone = patch.timezone { try Self.require(try await TimezoneCheck.problems(of: zone, on: connection)) }
            if patch.changesPlan { try await Self.changePlan(of: campaign, by: patch, scope, on: connection) }
            if patch.changesPacing { try await Self.changePacing(of: campaign, by: patch, scope, on: connection) }
            if let windows = patch.sendingWindows { try await Self.changeWindows(windows, scope, on: connection) }
            if patch.changesContent { try await Self.changeContent(of: campaign, by: patch, scope, on: connection) }
            try await Self.noteChange(of: campaign, by: who, scope, on: connection)
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// A change by somebody: an approval that was asked for or given ends with it.
    static func noteChange(
        of campaign: Campaign,
        by who: String?,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        if campaign.startedAt == nil { try await ApprovalRepository.void(campaign, by: who, scope, on: connection) }
        try await connection.execute(
            """
            UPDATE campaigns SET changed_by = coalesce(\(who), changed_by), updated_at = \(scope.now)
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
    }

    private static func requireChangeable(_ campaign: Campaign, by patch: CampaignSettingsPatch) throws {
        let isDraft = campaign.status == .draft
        let planIsOpen = isDraft || (campaign.startedAt == nil && !campaign.status.isFinal)
        guard !campaign.status.isFinal, planIsOpen || !patch.changesPlan, isDraft || !patch.changesContent else {
            throw CampaignError(
                .illegalTransition,
                "These settings cannot be changed while the campaign is \(campaign.status.rawValue)"
            )
        }
        // What was approved is what goes out; taking the schedule away makes it a draft that can be changed and submitted again.
        if campaign.approval?.state == .approved, !isDraft, campaign.startedAt == nil, !patch.clearScheduled {
            throw CampaignError(.approvalRequired, "The campaign was approved as it is: clear its schedule to change it")
        }
    }

    private static func changePlan(
        of campaign: Campaign,
        by patch: CampaignSettingsPatch,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        let scheduledAt = patch.clearScheduled ? nil : patch.scheduledAt.flatMap(ScheduledTime.date(from:)) ?? campaign.scheduledAt
        let status = patch.clearScheduled ? try status(of: campaign, after: .unschedule) : campaign.status
        func address(_ new: String?, _ old: String?) -> String? { new == nil ? old : CampaignRules.deliverable(new) }
        try await connection.execute(
            """
            UPDATE campaigns
               SET scheduled_at = \(scheduledAt), status = \(status), timezone = \(patch.timezone ?? campaign.timezone),
                   from_address = \(address(patch.fromAddress, campaign.fromAddress)),
                   from_name = \(patch.fromName == nil ? campaign.fromName : patch.fromName.nonEmpty),
                   reply_to = \(address(patch.replyTo, campaign.replyTo)),
                   send_at_local_time = \(patch.sendAtLocalTime ?? campaign.sendAtLocalTime), updated_at = \(scope.now)
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
        if status != .draft { try await StartRepository.setStart(scope, on: connection) }
    }

    private static func changePacing(
        of campaign: Campaign,
        by patch: CampaignSettingsPatch,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        let size = patch.chunkSize ?? campaign.chunkSize
        let delay = patch.delaySecondsBetweenChunks ?? campaign.delaySecondsBetweenChunks
        try await connection.execute(
            """
            INSERT INTO campaign_send_settings (tenant_id, campaign_id, chunk_size, delay_seconds_between_chunks)
            VALUES (\(scope.tenantID), \(scope.campaignID), \(size), \(delay))
            ON CONFLICT (tenant_id, campaign_id) DO UPDATE
               SET chunk_size = excluded.chunk_size, delay_seconds_between_chunks = excluded.delay_seconds_between_chunks
            """
        )
    }

    /// Nothing is sent until the sender has looked at the new hours.
    private static func changeWindows(_ windows: [SendingWindow], _ scope: CampaignScope, on connection: PostgresConnection) async throws {
        let stored = try windows.isEmpty ? nil : PostgresJSON(encoding: windows)
        try await connection.execute(
            """
            UPDATE campaigns
               SET sending_windows = \(stored)::jsonb, window_opens_at = CASE WHEN started_at IS NOT NULL THEN 'infinity'::timestamptz END,
                   window_closes_at = CASE WHEN started_at IS NOT NULL THEN '-infinity'::timestamptz END
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
    }

    private static func changeContent(
        of campaign: Campaign,
        by patch: CampaignSettingsPatch,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        let references = CampaignReferences(excludeListIDs: patch.excludeListIDs)
        try require(try await references.missing(tenantID: scope.tenantID, on: connection))
        try await references.store(scope, on: connection)
        try await connection.execute(
            """
            UPDATE campaigns
               SET language = \(patch.language == nil ? campaign.language : patch.language.nonEmpty),
                   google_analytics = \(try PostgresJSON(encoding: patch.googleAnalytics ?? campaign.googleAnalytics))
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
    }
}

/// Whether PostgreSQL knows a zone as the application does: statistics are grouped there by its days.
enum TimezoneCheck {
    static func problems(of zone: String, on connection: PostgresConnection) async throws -> [FieldProblem] {
        let rows = try await connection.query("SELECT comm_is_timezone(\(zone)) AS known")
        let isKnown: Bool = try rows.one { try $0.get("known") }
        guard !isKnown else { return [] }
        return [FieldProblem(field: "timezone", code: "invalid", message: "timezone is not known: \(zone.prefix(64))")]
    }
}
