import FoundationEssentials
import Postgres

/// SQL of the approval step.
package struct ApprovalRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Everything that was said about a campaign, newest first.
    package func history(tenantID: UUID, campaignID: UUID) async throws -> [ApprovalEntry] {
        let rows = try await client.query(
            """
            SELECT action, who, comment, recipients, created_at FROM campaign_approvals
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) ORDER BY id DESC LIMIT 200
            """,
            tenant: tenantID
        )
        return try rows.map { row in
            ApprovalEntry(
                action: try row.get("action"),
                who: try row.get("who"),
                comment: try row.get("comment"),
                recipients: try row.get("recipients"),
                at: try row.get("created_at")
            )
        }
    }

    /// Sets where the campaign stands and notes who said so; nil takes everything back.
    static func set(
        _ approval: CampaignApproval?,
        action: ApprovalEntry.Action,
        by who: String?,
        comment: String? = nil,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            UPDATE campaigns
               SET approval = \(approval?.state), approval_hash = \(approval?.hash), approval_size = \(approval?.recipients),
                   submitted_by = \(approval?.submittedBy), updated_at = \(scope.now)
             WHERE tenant_id = \(scope.tenantID) AND id = \(scope.campaignID)
            """
        )
        try await connection.execute(
            """
            INSERT INTO campaign_approvals (tenant_id, id, campaign_id, action, who, comment, recipients, created_at)
            VALUES (\(scope.tenantID), \(UUIDv7.make(at: scope.now)), \(scope.campaignID), \(action), \(who), \(comment),
                    \(approval?.recipients), \(scope.now))
            """
        )
    }

    /// Takes back what was asked for or given, as the campaign is changed.
    static func void(_ campaign: Campaign, by who: String?, _ scope: CampaignScope, on connection: PostgresConnection) async throws {
        guard campaign.approval != nil else { return }
        try await set(nil, action: .voided, by: who, scope, on: connection)
    }

    /// From how many recipients on the tenant wants approval; nil: never.
    static func threshold(tenantID: UUID, on connection: PostgresConnection) async throws -> Int64? {
        try await connection.query("SELECT approval_threshold FROM tenant_settings WHERE tenant_id = \(tenantID)")
            .first?.get("approval_threshold")
    }
}
