import FoundationEssentials
import Postgres

/// A campaign by which recipients can be filtered.
package struct RecipientCampaign: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let status: String
    package let createdAt: Date
    /// Messages planned; before it begins, those that its newest snapshot means.
    package let recipientCount: Int64
}

/// The campaigns of a tenant as the grid's filters offer them.
package struct RecipientCampaignRepository: Sendable {
    private static let most = 1_000

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// The newest first.
    package func list(tenantID: UUID) async throws -> [RecipientCampaign] {
        try await client.query(
            """
            SELECT g.id, g.name, g.status, g.created_at, coalesce(nullif(m.planned, 0), s.total_recipients, 0)::bigint AS recipient_count
              FROM campaigns g
              LEFT JOIN campaign_delivery_metrics m ON m.tenant_id = g.tenant_id AND m.campaign_id = g.id
              LEFT JOIN comm_audience_snapshots s ON s.tenant_id = g.tenant_id AND s.id = g.snapshot_id
             WHERE g.tenant_id = \(tenantID) AND g.deleted_at IS NULL
             ORDER BY g.created_at DESC, g.id DESC LIMIT \(Self.most)
            """,
            tenant: tenantID
        ).map {
            RecipientCampaign(
                id: try $0.get("id"),
                name: try $0.get("name"),
                status: try $0.get("status"),
                createdAt: try $0.get("created_at"),
                recipientCount: try $0.get("recipient_count")
            )
        }
    }
}
