import FoundationEssentials
import Postgres

/// Counts the audience of one tenant after the other: a duty of comm-stats, because it reads every contact.
package struct AudienceCounter: Sendable {
    /// How old a tenant's counts become before they are made anew.
    static let patience: TimeInterval = 600
    /// How far back reports go: what is older is counted together, and a person's latest event is looked for no further.
    static let horizon: TimeInterval = 800 * 86_400

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        (self.client, self.time) = (client, time)
    }

    /// Counts for the tenant that was counted longest ago.
    ///
    /// - Returns: false when no tenant's counts are old.
    package func step() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                SELECT t.tenant_id FROM tenants t LEFT JOIN audience_refreshes r ON r.tenant_id = t.tenant_id
                WHERE t.status = 'active' AND (r.refreshed_at IS NULL OR r.refreshed_at <= \(now.addingTimeInterval(-Self.patience)))
                ORDER BY r.refreshed_at NULLS FIRST, t.tenant_id LIMIT 1
                """
            )
            guard let tenantID: UUID = try rows.first?.get("tenant_id") else { return false }
            // Two daemons: the second one finds the tenant counted, or counts it again, which changes nothing.
            try await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(tenantID.uuidString), 13))")
            try await connection.execute("SET LOCAL statement_timeout = 0")
            try await count(tenantID, now: now, on: connection)
            return true
        }
    }

    private func count(_ tenantID: UUID, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute("DELETE FROM audience_rollups WHERE tenant_id = \(tenantID)")
        try await connection.execute(
            """
            INSERT INTO audience_rollups (tenant_id, subject, subject_id, kind, bucket_at, total)
            SELECT \(tenantID), f.subject, f.subject_id, f.kind,
                   CASE WHEN f.at < \(now.addingTimeInterval(-Self.horizon)) THEN '1970-01-01 00:00+00' ELSE comm_quarter(f.at) END, sum(f.people)
            FROM (
                SELECT 'contacts' AS subject, '\(raw: RollUpTable.noCampaign)'::uuid AS subject_id, '' AS kind, created_at AS at, 1 AS people
                FROM contacts WHERE tenant_id = \(tenantID) AND deleted_at IS NULL
                UNION ALL
                SELECT 'list', m.list_id, '', m.created_at, 1 FROM list_contacts m
                JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.contact_id AND c.deleted_at IS NULL
                WHERE m.tenant_id = \(tenantID) AND m.status = 'active'
                UNION ALL
                SELECT 'suppressions', '\(raw: RollUpTable.noCampaign)', '', created_at, 1 FROM suppressions WHERE tenant_id = \(tenantID)
                UNION ALL
                SELECT 'reach', '\(raw: RollUpTable.noCampaign)', k.kind, k.at, 1
                FROM contacts c
                CROSS JOIN LATERAL (VALUES ('queued', c.last_sent_at), ('delivered', c.last_delivered_at), ('opened', c.last_opened_at),
                                           ('clicked', c.last_clicked_at)) AS k(kind, at)
                WHERE c.tenant_id = \(tenantID) AND k.at IS NOT NULL
                UNION ALL
                SELECT 'reach', '\(raw: RollUpTable.noCampaign)', kind, bucket_at, total FROM departed_reach WHERE tenant_id = \(tenantID)
                UNION ALL
                SELECT 'reach', '\(raw: RollUpTable.noCampaign)', type, max(occurred_at), 1 FROM email_events
                WHERE tenant_id = \(tenantID) AND contact_id IS NOT NULL AND occurred_at >= \(now.addingTimeInterval(-Self.horizon))
                  AND type IN (\(raw: ContactForgetting.rareTypes))
                GROUP BY type, contact_id) f
            GROUP BY 1, 2, 3, 4, 5
            """
        )
        try await connection.execute(
            """
            INSERT INTO audience_rollups (tenant_id, subject, subject_id, kind, bucket_at, total)
            SELECT \(tenantID), subject || '_total', subject_id, '', '1970-01-01 00:00+00', sum(total)
            FROM audience_rollups WHERE tenant_id = \(tenantID) AND subject <> 'reach' GROUP BY subject, subject_id
            """
        )
        try await connection.execute(
            """
            INSERT INTO audience_refreshes (tenant_id, refreshed_at) VALUES (\(tenantID), \(now))
            ON CONFLICT (tenant_id) DO UPDATE SET refreshed_at = excluded.refreshed_at
            """
        )
    }
}
