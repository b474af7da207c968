import FoundationEssentials
import Postgres

/// Upkeep of the event pipeline: partitions made ahead, spooled clicks brought home.
package struct EventMaintenance: Sendable {
    /// Months for which partitions exist ahead of time.
    static let monthsAhead = 3

    private let client: PostgresClient
    private let spool: ClickSpool
    private let time: any TimeSource

    package init(client: PostgresClient, spool: ClickSpool, time: any TimeSource) {
        self.client = client
        self.spool = spool
        self.time = time
    }

    /// Makes the partitions of this month and the next ones.
    package func ensurePartitions() async throws {
        try await client.execute(
            """
            SELECT comm_ensure_partition(parent, (\(time.now)::timestamptz AT TIME ZONE 'UTC' + n * interval '1 month')::date)
            FROM unnest(ARRAY['delivery_events', 'email_events', 'audit_logs', 'webhook_attempts']) AS parent, generate_series(0, \(Self.monthsAhead)) AS n
            """
        )
    }

    /// Moves clicks that were kept in Redis into the inbox.
    ///
    /// - Returns: true when there is more to do at once.
    package func drainClicks() async throws -> Bool {
        try await spool.drain(limit: 1_000, now: time.now, into: client) > 0
    }
}
