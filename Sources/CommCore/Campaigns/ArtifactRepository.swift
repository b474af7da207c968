import FoundationEssentials
import Postgres

/// Compiled versions of campaigns: written once, never changed.
package struct ArtifactRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Every version of a campaign, newest first; empty for a campaign that was never compiled.
    package func list(tenantID: UUID, campaignID: UUID) async throws -> [ArtifactSummary] {
        let rows = try await client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            return try await connection.query(
                """
                SELECT \(sql: ArtifactSummary.columns) FROM comm_campaign_artifacts a
                 WHERE a.tenant_id = \(tenantID) AND a.campaign_id = \(campaignID) ORDER BY a.version DESC
                """
            )
        }
        return try rows.map(ArtifactSummary.init(row:))
    }

    /// One version by its number.
    package func get(tenantID: UUID, campaignID: UUID, version: Int) async throws -> CampaignArtifact {
        try await get(tenantID: tenantID, campaignID: campaignID, where: "a.version = \(version)")
    }

    /// One version by its id.
    package func get(tenantID: UUID, campaignID: UUID, id: UUID) async throws -> CampaignArtifact {
        try await get(tenantID: tenantID, campaignID: campaignID, where: "a.id = \(id)")
    }

    /// Stores the campaign's next version.
    ///
    /// The campaign's row is locked by the caller, so versions do not collide.
    func insert(_ compiled: CompiledTemplate, _ scope: CampaignScope, on connection: PostgresConnection) async throws -> ArtifactSummary {
        let rows = try await connection.query(
            """
            INSERT INTO comm_campaign_artifacts AS a
                   (tenant_id, id, campaign_id, version, hash, subject, html_compiled, text_compiled, program, meta, created_at)
            SELECT \(scope.tenantID), \(UUIDv7.make(at: scope.now)), \(scope.campaignID),
                   1 + coalesce((SELECT max(version) FROM comm_campaign_artifacts
                                  WHERE tenant_id = \(scope.tenantID) AND campaign_id = \(scope.campaignID)), 0),
                   \(compiled.hash)::text, \(compiled.subject)::text, \(compiled.html)::text, \(compiled.text)::text,
                   \(PostgresJSON(try compiled.program.encoded())), \(try PostgresJSON(encoding: compiled.report)), \(scope.now)
            RETURNING \(sql: ArtifactSummary.columns)
            """
        )
        return try rows.one(ArtifactSummary.init(row:))
    }

    /// The campaign's newest version, if it is this mail with these findings of the preflight.
    func newest(
        _ scope: CampaignScope,
        saying compiled: CompiledTemplate,
        on connection: PostgresConnection
    ) async throws -> ArtifactSummary? {
        let findings = try compiled.report.preflight.map { try PostgresJSON(encoding: $0) }
        let rows = try await connection.query(
            """
            SELECT * FROM (
                SELECT \(sql: ArtifactSummary.columns), a.meta -> 'preflight' AS preflight FROM comm_campaign_artifacts a
                 WHERE a.tenant_id = \(scope.tenantID) AND a.campaign_id = \(scope.campaignID) ORDER BY a.version DESC LIMIT 1) n
             WHERE hash = \(compiled.hash) AND preflight IS NOT DISTINCT FROM \(findings)::jsonb
            """
        )
        return try rows.first.map(ArtifactSummary.init(row:))
    }

    private func get(tenantID: UUID, campaignID: UUID, where condition: SQL) async throws -> CampaignArtifact {
        let rows = try await client.query(
            """
            SELECT \(sql: ArtifactSummary.columns), a.html_compiled, a.text_compiled, a.meta
              FROM comm_campaign_artifacts a
             WHERE a.tenant_id = \(tenantID) AND a.campaign_id = \(campaignID) AND \(sql: condition)
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw CampaignError(.notFound, "Artifact not found") }
        return CampaignArtifact(
            summary: try ArtifactSummary(row: row),
            html: try row.get("html_compiled"),
            text: try row.get("text_compiled"),
            report: try row.get("meta")
        )
    }
}

extension ArtifactSummary {
    static let columns: SQL = """
        a.id, a.campaign_id, a.version, a.hash, a.subject, a.created_at,
        octet_length(a.html_compiled) AS html_size, octet_length(a.text_compiled) AS text_size
        """

    /// The columns under names of their own, of the alias `a`, for joins.
    static let joinedColumns: SQL = """
        a.id AS a_id, a.campaign_id AS a_campaign_id, a.version AS a_version, a.hash AS a_hash, a.subject AS a_subject,
        a.created_at AS a_created_at, octet_length(a.html_compiled) AS a_html_size, octet_length(a.text_compiled) AS a_text_size
        """

    init(row: PostgresRow) throws {
        try self.init(row: row, prefix: "")
    }

    /// The artifact of a join, or nil where there was none.
    init?(joined row: PostgresRow) throws {
        guard let _: UUID = try row.get("a_id") else { return nil }
        try self.init(row: row, prefix: "a_")
    }

    private init(row: PostgresRow, prefix: String) throws {
        let htmlSize: Int? = try row.get(prefix + "html_size")
        let textSize: Int? = try row.get(prefix + "text_size")
        self.init(
            id: try row.get(prefix + "id"),
            campaignID: try row.get(prefix + "campaign_id"),
            version: try row.get(prefix + "version"),
            hash: try row.get(prefix + "hash"),
            subject: try row.get(prefix + "subject"),
            createdAt: try row.get(prefix + "created_at"),
            hasHTML: htmlSize != nil,
            hasText: textSize != nil,
            htmlSize: htmlSize ?? 0,
            textSize: textSize ?? 0
        )
    }
}
