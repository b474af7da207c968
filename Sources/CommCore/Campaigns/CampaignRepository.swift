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
    package func create(tenantID: UUID, draft: CampaignDraft, by who: String? = nil) async throws -> Campaign {
        try Self.require(CampaignRules.problems(of: draft))
        let now = time.now
        let id = UUIDv7.make(at: now)
        return try await client.withTenant(tenantID) { connection in
            let references = CampaignReferences(
                templateID: draft.templateID,
                listIDs: draft.listIDs,
                excludeListIDs: draft.excludeListIDs
            )
            try Self.require(try await references.missing(tenantID: tenantID, on: connection))
            try await connection.execute(
                """
                INSERT INTO campaigns
                       (tenant_id, id, name, template_id, motor_block_id, from_address, from_name, reply_to, language,
                        google_analytics, created_by, created_at, updated_at)
                VALUES (\(tenantID), \(id), \(draft.name), \(draft.templateID), \(draft.motorBlockID),
                        \(CampaignRules.deliverable(draft.fromAddress)), \(draft.fromName.nonEmpty),
                        \(CampaignRules.deliverable(draft.replyTo)), \(draft.language.nonEmpty),
                        \(try PostgresJSON(encoding: draft.googleAnalytics ?? .off)), \(who), \(now), \(now))
                """
            )
            try await references.store(CampaignScope(tenantID: tenantID, campaignID: id, now: now), on: connection)
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
    ///
    /// - Parameter withBodies: also reads the artifacts' HTML and text.
    package func list(tenantID: UUID, page: IDPage = .first, withBodies: Bool = false) async throws -> [CampaignOverview] {
        let rows = try await client.query(
            """
            SELECT \(sql: Campaign.columns), \(sql: ArtifactSummary.joinedColumns), \(sql: AudienceSnapshot.joinedColumns),
                   a.meta -> 'metrics' AS a_metrics,
                   CASE WHEN \(withBodies) THEN a.html_compiled END AS a_html, CASE WHEN \(withBodies) THEN a.text_compiled END AS a_text
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
                bodies: withBodies ? ArtifactBodies(html: try row.get("a_html"), text: try row.get("a_text")) : nil,
                metrics: try row.get("a_metrics"),
                snapshot: try AudienceSnapshot(joined: row)
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
}

extension String? {
    /// Nil for an empty text: the way to take a setting back.
    var nonEmpty: String? {
        flatMap { $0.isEmpty ? nil : $0 }
    }
}
