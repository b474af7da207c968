import FoundationEssentials
import Postgres

/// When a campaign begins: at its time, or, when everybody gets it by their own clock, at the time of the first of them.
enum StartRepository {
    /// Notes the beginning of a campaign by its settings and audience as they are now.
    static func setStart(_ scope: CampaignScope, on connection: PostgresConnection) async throws {
        let (tenantID, campaignID) = (scope.tenantID, scope.campaignID)
        let rows = try await connection.query(
            """
            SELECT c.scheduled_at, coalesce(c.timezone, s.timezone) AS timezone FROM campaigns c
              LEFT JOIN tenant_settings s ON s.tenant_id = c.tenant_id
             WHERE c.tenant_id = \(tenantID) AND c.id = \(campaignID) AND c.send_at_local_time
            """
        )
        var start: Date?
        if let row = rows.first, let scheduledAt: Date = try row.get("scheduled_at") {
            let plan = LocalTimePlan(scheduledAt: scheduledAt, zoneName: try row.get("timezone"))
            let zones = try await zones(tenantID: tenantID, campaignID: campaignID, on: connection)
            start = zones.map(plan.due(zoneName:)).min()
        }
        try await connection.execute(
            "UPDATE campaigns SET starts_at = \(start) WHERE tenant_id = \(tenantID) AND id = \(campaignID)"
        )
    }

    /// The zones of the audience, each once; nil stands for contacts without one.
    private static func zones(tenantID: UUID, campaignID: UUID, on connection: PostgresConnection) async throws -> [String?] {
        let rows = try await connection.query(
            """
            SELECT DISTINCT \(sql: zone) AS zone
              FROM (SELECT DISTINCT m.contact_id FROM campaign_lists l
                      JOIN list_contacts m ON m.tenant_id = l.tenant_id AND m.list_id = l.list_id AND m.status = 'active'
                     WHERE l.tenant_id = \(tenantID) AND l.campaign_id = \(campaignID) OFFSET 0) m
             CROSS JOIN LATERAL (SELECT attributes, deleted_at FROM contacts
                                  WHERE tenant_id = \(tenantID) AND id = m.contact_id LIMIT 1) c
             WHERE c.deleted_at IS NULL
            """
        )
        return try rows.map { try $0.get("zone") }
    }

    /// The zone of a contact `c`; nothing longer than any name is carried along.
    static let zone: SQL = "left(nullif(c.attributes ->> 'timezone', ''), 64)"
}
