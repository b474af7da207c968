import FoundationEssentials
import Postgres

/// Takes entries off the list whose time is over.
///
/// They do not count from their end on; this only moves them into the history.
package struct SuppressionExpiry: Sendable {
    /// Entries of one transaction: of more the audit log would keep the number only.
    private static let batch = 100

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            try await connection.execute("SELECT set_config('app.suppression_end', 'expired', true)")
            try await TransactionActor.set("comm-stats:suppression-expiry", on: connection)
            // People before their suppressions, as everywhere; who is busy now is looked at in the next round.
            let over = try await connection.query(
                """
                SELECT x.tenant_id, x.id FROM suppressions x WHERE x.expires_at <= \(now) ORDER BY x.expires_at LIMIT \(Self.batch)
                """
            )
            let (tenants, ids): ([UUID], [UUID]) = (try over.map { try $0.get("tenant_id") }, try over.map { try $0.get("id") })
            let expired: SQL = """
                suppressions x JOIN unnest(\(tenants)::uuid[], \(ids)::uuid[]) AS o (tenant_id, id)
                  ON o.tenant_id = x.tenant_id AND o.id = x.id
                """
            try await connection.execute(
                """
                SELECT FROM \(sql: expired) JOIN contacts c ON c.tenant_id = x.tenant_id AND c.email_norm = x.email_norm
                 ORDER BY c.tenant_id, c.email_norm COLLATE "C" FOR NO KEY UPDATE OF c
                """
            )
            let gone = try await connection.execute(
                """
                DELETE FROM suppressions x USING (
                    SELECT x.tenant_id, x.id FROM \(sql: expired) WHERE x.expires_at <= \(now) FOR UPDATE OF x SKIP LOCKED) o
                WHERE x.tenant_id = o.tenant_id AND x.id = o.id
                """
            )
            return gone == Self.batch
        }
    }
}
