import Postgres

/// Takes entries off the list whose time is over.
///
/// They do not count from their end on; this only moves them into the history.
package struct SuppressionExpiry: Sendable {
    private static let batch = 1_000

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
            let gone = try await connection.execute(
                """
                DELETE FROM suppressions x USING (
                    SELECT tenant_id, id FROM suppressions WHERE expires_at <= \(now)
                    ORDER BY expires_at LIMIT \(Self.batch) FOR UPDATE SKIP LOCKED) over
                WHERE x.tenant_id = over.tenant_id AND x.id = over.id
                """
            )
            return gone == Self.batch
        }
    }
}
