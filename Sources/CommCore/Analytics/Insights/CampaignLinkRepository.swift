import FoundationEssentials
import Postgres

/// SQL of the links of the mail that a campaign sends.
enum CampaignLinkRepository {
    /// By index: from what is fixed to be sent, else from the newest version.
    static func links(of campaign: Campaign, tenantID: UUID, on connection: PostgresConnection) async throws -> [Int: LinkReport] {
        let rows = try await connection.query(
            """
            SELECT (meta -> 'links')::text AS links FROM comm_campaign_artifacts
            WHERE tenant_id = \(tenantID) AND campaign_id = \(campaign.id)
            ORDER BY id = \(campaign.artifactID) DESC NULLS LAST, version DESC LIMIT 1
            """
        )
        guard let text: String = try rows.first?.get("links") else { return [:] }
        let links = try JSONDecoder().decode([LinkReport].self, from: Data(text.utf8))
        return Dictionary(links.map { ($0.index, $0) }) { first, _ in first }
    }
}
