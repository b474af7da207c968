import FoundationEssentials
import Postgres

/// Deletes what is too old of the feeds, and closes those that nobody reads any more.
package struct EventFeedUpkeep: Sendable {
    private static let batch = 5_000

    private let client: PostgresClient
    private let time: any TimeSource
    private let keeping: TimeInterval

    /// - Parameter days: how long entries are kept, and how long a feed without endpoints stays open after its last stream.
    package init(client: PostgresClient, time: any TimeSource, days: Int) {
        self.client = client
        self.time = time
        keeping = Double(days) * 86_400
    }

    /// A round over all feeds.
    ///
    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        let end = time.now.addingTimeInterval(-keeping)
        try await client.execute(
            """
            UPDATE event_feeds f SET is_open = false
            WHERE is_open AND used_at < \(end)
              AND NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.tenant_id = f.tenant_id)
            """
        )
        var isMore = false
        for row in try await client.query("SELECT tenant_id FROM event_feeds WHERE kept_from <= last_position") {
            isMore = try await expire(tenantID: try row.get("tenant_id"), before: end) == Self.batch || isMore
        }
        return isMore
    }

    /// Deletes a batch, oldest first: the order of positions is that of time.
    private func expire(tenantID: UUID, before end: Date) async throws -> Int {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                DELETE FROM event_feed f
                USING (SELECT position, recorded_at FROM event_feed WHERE tenant_id = \(tenantID) ORDER BY position LIMIT \(Self.batch)) o
                WHERE f.tenant_id = \(tenantID) AND f.position = o.position AND o.recorded_at < \(end)
                RETURNING f.position
                """
            )
            let last = try rows.map { try $0.get("position") as Int64 }.max()
            if let last {
                try await connection.execute("UPDATE event_feeds SET kept_from = \(last + 1) WHERE tenant_id = \(tenantID)")
            }
            return rows.count
        }
    }
}
