import FoundationEssentials
import Postgres

/// Lets a campaign go: fixes what is sent and who is meant, and hands it to the sender.
package struct CampaignScheduler: Sendable {
    private let compiler: CampaignCompiler

    package init(compiler: CampaignCompiler) {
        self.compiler = compiler
    }

    /// Schedules a draft for its time, or for now.
    ///
    /// The newest artifact is sent if it is what the template gives today and the preflight says the same of it; else a new version is
    /// made. Repeating it changes nothing.
    ///
    /// - Parameters:
    ///   - allowUnknownTags: sends merge tags that nobody knows as the compile step left them.
    ///   - who: the credential of whoever asks.
    /// - Throws: `CampaignError`: `illegalTransition`, `validationFailed`, `blocked`, `emptyAudience`, `approvalRequired`, `notFound`.
    package func schedule(
        tenantID: UUID,
        campaignID: UUID,
        allowUnknownTags: Bool = false,
        by who: String? = nil
    ) async throws -> Campaign {
        let campaigns = CampaignRepository(client: compiler.client, time: compiler.time)
        let draft = try await campaigns.get(tenantID: tenantID, id: campaignID)
        guard try CampaignRepository.status(of: draft, after: .schedule) != draft.status else { return draft }
        let compiled = try await compiler.prepareForSending(tenantID: tenantID, campaignID: campaignID)
        try Self.requireSendable(compiled.report, allowUnknownTags: allowUnknownTags)
        let scope = CampaignScope(tenantID: tenantID, campaignID: campaignID, now: compiler.time.now)
        return try await compiler.client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            // Somebody else may have been first.
            guard try CampaignRepository.status(of: campaign, after: .schedule) != campaign.status else { return campaign }
            try await fix(compiled, campaign: campaign, scope, on: connection)
            try await connection.execute(
                """
                UPDATE campaigns
                   SET status = 'scheduled', status_reason = NULL, scheduled_at = coalesce(scheduled_at, \(scope.now)),
                       status_by = \(who), status_at = \(scope.now)
                 WHERE tenant_id = \(tenantID) AND id = \(campaignID)
                """
            )
            try await StartRepository.setStart(scope, on: connection)
            return try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
        }
    }

    private func fix(
        _ compiled: CompiledTemplate,
        campaign: Campaign,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        let snapshot = try await currentSnapshot(scope, on: connection)
        guard snapshot.totalRecipients > 0 else {
            throw CampaignError(.emptyAudience, "None of the lists' \(snapshot.excluded) members can be mailed")
        }
        let obstacle = ApprovalRules.obstacle(
            threshold: try await ApprovalRepository.threshold(tenantID: scope.tenantID, on: connection),
            recipients: snapshot.totalRecipients,
            approval: campaign.approval,
            hash: try ApprovalRules.hash(of: campaign, content: compiled.hash)
        )
        if let obstacle { throw CampaignError(.approvalRequired, obstacle) }
        let newest = try await compiler.artifacts.newest(scope, saying: compiled, on: connection)
        let chosen = if let newest { newest } else { try await compiler.artifacts.insert(compiled, scope, on: connection) }
        try await CampaignRepository.fix(artifact: chosen.id, snapshot: snapshot.id, scope, on: connection)
    }

    /// The newest snapshot if it still says the truth, else a new one.
    private func currentSnapshot(_ scope: CampaignScope, on connection: PostgresConnection) async throws -> AudienceSnapshot {
        let (tenantID, campaignID) = (scope.tenantID, scope.campaignID)
        let count = try await compiler.snapshots.count(tenantID: tenantID, campaignID: campaignID, now: scope.now, on: connection)
        let lists = try await compiler.snapshots.lists(tenantID: tenantID, campaignID: campaignID, on: connection)
        if let newest = try await compiler.snapshots.newest(tenantID: tenantID, campaignID: campaignID, on: connection),
            AudienceCount(totalRecipients: newest.totalRecipients, excluded: newest.excluded) == count,
            newest.includedLists == lists.included, newest.excludedLists == lists.excluded
        {
            return newest
        }
        return try await compiler.snapshots.take(tenantID: tenantID, campaignID: campaignID, now: scope.now, on: connection)
    }

    static func requireSendable(_ report: CompileReport, allowUnknownTags: Bool) throws {
        let stops = report.preflight?.stops.map(\.issue) ?? report.blockers
        let standing = stops.filter { !(allowUnknownTags && $0.code == unknownTag) }
        guard standing.isEmpty else { throw CampaignError.blocked(standing, report: report) }
    }

    private static let unknownTag = "unknown_merge_tag"
}

extension CampaignRepository {
    /// Fixes what the campaign sends and whom it means.
    static func fix(artifact: UUID, snapshot: UUID, _ scope: CampaignScope, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE campaigns SET artifact_id = \(artifact), snapshot_id = \(snapshot), updated_at = \(scope.now)
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
    }
}
