import FoundationEssentials
import Postgres

/// Takes entries off the list whose time is over.
///
/// They do not count from their end on; this only moves them into the history.
package struct SuppressionExpiry: Sendable {
    /// Entries of one transaction: of more the audit log would keep the number only.
    private static let batch = 100
    /// Transactions of one request.
    private static let batchesOnRequest = 20

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Over all tenants, and of the operator's list.
    ///
    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            try await TransactionActor.set("comm-stats:suppression-expiry", on: connection)
            try await connection.execute("DELETE FROM global_suppressions WHERE expires_at <= \(now)")
            return try await Self.expire("true", now: now, on: connection) == Self.batch
        }
    }

    /// Those of one tenant, on request.
    ///
    /// - Returns: how many were taken off, and whether there are more.
    package func run(tenantID: UUID) async throws -> (removed: Int, isMore: Bool) {
        var removed = 0
        for _ in 0..<Self.batchesOnRequest {
            let now = time.now
            let count = try await client.withTenant(tenantID) { connection in
                try await Self.expire("x.tenant_id = \(tenantID)", now: now, on: connection)
            }
            removed += count
            if count < Self.batch { return (removed, false) }
        }
        return (removed, true)
    }

    private static func expire(_ whose: SQL, now: Date, on connection: PostgresConnection) async throws -> Int {
        try await connection.execute("SELECT set_config('app.suppression_end', 'expired', true)")
        // People before their suppressions, as everywhere; who is busy now is looked at in the next round.
        let over = try await connection.query(
            """
            SELECT x.tenant_id, x.id FROM suppressions x WHERE \(sql: whose) AND x.expires_at <= \(now) ORDER BY x.expires_at LIMIT \(batch)
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
        return gone
    }
}
