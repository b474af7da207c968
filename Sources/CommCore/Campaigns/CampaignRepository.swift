import FoundationEssentials
import Postgres

/// Campaigns of a tenant.
///
/// What is compiled, scheduled and counted of them has repositories of its own.
package struct CampaignRepository: Sendable {
    let client: PostgresClient
    let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Stores a draft.
    ///
    /// Template and lists must be the tenant's own; `invalid` names every field that is refused.
    package func create(tenantID: UUID, draft: CampaignDraft) async throws -> Campaign {
        try Self.require(CampaignRules.problems(of: draft))
        let now = time.now
        let id = UUIDv7.make(at: now)
        return try await client.withTenant(tenantID) { connection in
            try Self.require(try await Self.missing(in: draft, tenantID: tenantID, on: connection))
            try await connection.execute(
                """
                INSERT INTO campaigns
                       (tenant_id, id, name, template_id, motor_block_id, from_address, from_name, google_analytics, created_at, updated_at)
                VALUES (\(tenantID), \(id), \(draft.name), \(draft.templateID), \(draft.motorBlockID),
                        \(CampaignRules.deliverable(draft.fromAddress)), \(draft.fromName.nonEmpty),
                        \(try PostgresJSON(encoding: draft.googleAnalytics ?? .off)), \(now), \(now))
                """
            )
            try await connection.execute(
                """
                INSERT INTO campaign_lists (tenant_id, campaign_id, list_id)
                SELECT DISTINCT \(tenantID), \(id), unnest(\(draft.listIDs ?? []))
                """
            )
            try await WebhookRegistrationRepository.wish(tenantID: tenantID, motorBlockID: draft.motorBlockID, now: now, on: connection)
            return try await Self.find(tenantID: tenantID, id: id, on: connection)
        }
    }

    /// One campaign; deleted ones are not found.
    package func get(tenantID: UUID, id: UUID) async throws -> Campaign {
        let rows = try await client.query(Self.select(tenantID: tenantID, id: id), tenant: tenantID)
        guard let row = rows.first else { throw CampaignError.notFound }
        return try Campaign(row: row)
    }

    /// A page of the tenant's campaigns, newest first, each with its newest artifact and audience snapshot.
    package func list(tenantID: UUID, page: IDPage = .first) async throws -> [CampaignOverview] {
        let rows = try await client.query(
            """
            SELECT \(sql: Campaign.columns), \(sql: ArtifactSummary.joinedColumns), \(sql: AudienceSnapshot.joinedColumns)
              FROM \(sql: Campaign.tables)
              LEFT JOIN LATERAL (
                    SELECT * FROM comm_campaign_artifacts
                     WHERE tenant_id = c.tenant_id AND campaign_id = c.id ORDER BY version DESC LIMIT 1) a ON true
              LEFT JOIN LATERAL (
                    SELECT * FROM comm_audience_snapshots
                     WHERE tenant_id = c.tenant_id AND campaign_id = c.id ORDER BY version DESC LIMIT 1) n ON true
             WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL
               AND (\(page.before)::uuid IS NULL OR c.id < \(page.before)::uuid)
             ORDER BY c.id DESC LIMIT \(page.limit)
            """,
            tenant: tenantID
        )
        return try rows.map { row in
            CampaignOverview(
                campaign: try Campaign(row: row),
                artifact: try ArtifactSummary(joined: row),
                snapshot: try AudienceSnapshot(joined: row)
            )
        }
    }

    /// Hides a campaign.
    ///
    /// One that is under way must be cancelled first.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let now = time.now
        try await client.withTenant(tenantID) { connection in
            let campaign = try await Self.lock(tenantID: tenantID, id: id, on: connection)
            guard campaign.status == .draft || campaign.status.isFinal else {
                throw CampaignError(.sending, "Cannot delete a campaign that is currently \(campaign.status.rawValue)")
            }
            try await connection.execute(
                "UPDATE campaigns SET deleted_at = \(now), updated_at = \(now) WHERE tenant_id = \(tenantID) AND id = \(id)"
            )
        }
    }

    static func require(_ problems: [FieldProblem]) throws {
        guard problems.isEmpty else {
            throw CampaignError(.invalid, CampaignRules.message(for: problems), problems: problems)
        }
    }

    /// The campaign, kept from changing until the transaction ends.
    static func lock(tenantID: UUID, id: UUID, on connection: PostgresConnection) async throws -> Campaign {
        let rows = try await connection.query(select(tenantID: tenantID, id: id) + " FOR NO KEY UPDATE OF c")
        guard let row = rows.first else { throw CampaignError.notFound }
        return try Campaign(row: row)
    }

    static func find(tenantID: UUID, id: UUID, on connection: PostgresConnection) async throws -> Campaign {
        let rows = try await connection.query(select(tenantID: tenantID, id: id))
        guard let row = rows.first else { throw CampaignError.notFound }
        return try Campaign(row: row)
    }

    private static func select(tenantID: UUID, id: UUID) -> SQL {
        """
        SELECT \(sql: Campaign.columns) FROM \(sql: Campaign.tables)
         WHERE c.tenant_id = \(tenantID) AND c.id = \(id) AND c.deleted_at IS NULL
        """
    }

    /// The references of a draft that are not the tenant's.
    ///
    /// Found ones cannot be deleted before the transaction ends.
    private static func missing(
        in draft: CampaignDraft,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> [FieldProblem] {
        var check = FieldCheck()
        let templates = try await connection.query(
            "SELECT id FROM templates WHERE tenant_id = \(tenantID) AND id = \(draft.templateID) FOR KEY SHARE"
        )
        if templates.isEmpty { check.add("template_id", "unknown", "There is no template of that id") }
        let wanted = draft.listIDs ?? []
        let rows = try await connection.query(
            "SELECT id FROM lists WHERE tenant_id = \(tenantID) AND id = ANY(\(wanted)) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE"
        )
        let found = Set(try rows.map { try $0.get("id") as UUID })
        for (index, id) in wanted.enumerated() where !found.contains(id) {
            check.add("list_ids[\(index)]", "unknown", "There is no list of that id")
        }
        return check.problems
    }
}

extension String? {
    /// Nil for an empty text: the way to take a setting back.
    var nonEmpty: String? {
        flatMap { $0.isEmpty ? nil : $0 }
    }
}
