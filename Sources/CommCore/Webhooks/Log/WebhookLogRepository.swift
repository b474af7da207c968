import FoundationEssentials
import Postgres

/// SQL of the delivery log and its counts.
package struct WebhookLogRepository: Sendable {
    /// The most lines that one page holds.
    package static let largestPage = 200

    /// Which lines are asked for.
    package struct Filter: Sendable, Equatable {
        package var outcome: WebhookAttempt.Outcome?
        package var eventID: UUID?

        package init() {}
    }

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A page of an endpoint's log, newest first.
    package func page(
        tenantID: UUID,
        endpointID: UUID,
        filter: Filter = Filter(),
        limit: Int = 50,
        after cursor: TimeCursor? = nil
    ) async throws -> (attempts: [WebhookAttempt], next: TimeCursor?) {
        let limit = min(max(1, limit), Self.largestPage)
        var condition: SQL = "a.tenant_id = \(tenantID) AND a.endpoint_id = \(endpointID)"
        if let outcome = filter.outcome { condition += " AND a.outcome = \(outcome.rawValue)" }
        if let id = filter.eventID { condition += " AND a.event_id = \(id)" }
        if let cursor { condition += " AND \(sql: cursor.precedes(time: "a.at", id: "a.id"))" }
        let rows = try await client.query(
            """
            SELECT \(sql: WebhookAttempt.columns) FROM webhook_attempts a WHERE \(sql: condition)
            ORDER BY a.at DESC, a.id DESC LIMIT \(limit + 1)
            """,
            tenant: tenantID
        )
        let found = try rows.map(WebhookAttempt.init(row:))
        return (Array(found.prefix(limit)), found.count > limit ? found[limit - 1].place : nil)
    }

    /// Counts since a moment, by hour.
    package func stats(tenantID: UUID, endpointID: UUID, since: Date) async throws -> WebhookStats {
        try await client.withTenant(tenantID) { connection in
            let hours = try await connection.query(
                """
                SELECT hour, delivered, failed, given_up, latency_ms, slowest_ms FROM webhook_hours
                WHERE tenant_id = \(tenantID) AND endpoint_id = \(endpointID) AND hour >= date_trunc('hour', \(since)::timestamptz)
                ORDER BY hour
                """
            )
            let waiting = try await connection.query(
                """
                SELECT (SELECT count(*) FROM webhook_pending p WHERE p.tenant_id = \(tenantID) AND p.endpoint_id = \(endpointID))::int AS pending,
                       greatest(f.last_position - s.position, 0) AS behind
                FROM webhook_states s JOIN event_feeds f ON f.tenant_id = s.tenant_id
                WHERE s.tenant_id = \(tenantID) AND s.endpoint_id = \(endpointID)
                """
            )
            guard let waiting = waiting.first else { throw WebhookError.notFound }
            var (total, milliseconds) = (WebhookStats.Counts(), 0)
            let points = try hours.map { row in
                let (counts, sum) = try Self.counts(row: row)
                milliseconds += sum
                total.delivered += counts.delivered
                total.failed += counts.failed
                total.givenUp += counts.givenUp
                total.slowestMilliseconds = max(total.slowestMilliseconds, counts.slowestMilliseconds)
                return WebhookStats.Hour(hour: try row.get("hour"), counts: counts)
            }
            let attempts = total.delivered + total.failed
            total.meanMilliseconds = attempts == 0 ? nil : milliseconds / attempts
            return WebhookStats(total: total, hours: points, pending: try waiting.get("pending"), behind: try waiting.get("behind"))
        }
    }

    private static func counts(row: PostgresRow) throws -> (WebhookStats.Counts, Int) {
        let sum: Int = try row.get("latency_ms")
        var counts = WebhookStats.Counts(
            delivered: try row.get("delivered"),
            failed: try row.get("failed"),
            givenUp: try row.get("given_up"),
            slowestMilliseconds: try row.get("slowest_ms")
        )
        let attempts = counts.delivered + counts.failed
        counts.meanMilliseconds = attempts == 0 ? nil : sum / attempts
        return (counts, sum)
    }

    /// Writes the lines of a window and counts them.
    static func insert(
        _ attempts: [WindowOutcome.Attempt],
        of lease: WebhookLease,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        guard !attempts.isEmpty else { return }
        let (deliveries, results) = (attempts.map(\.delivery), attempts.map(\.result))
        // In the order in which the requests were made.
        let ids = attempts.map { _ in UUIDv7.make(at: now) }.sorted { $0.uuidString < $1.uuidString }
        try await connection.execute(
            """
            INSERT INTO webhook_attempts (tenant_id, endpoint_id, at, id, event_id, event_type, kind, attempt, outcome, status, latency_ms,
                                          error, response, retry_at)
            SELECT \(lease.tenantID), \(lease.endpointID), \(now)::timestamptz, a.*
            FROM unnest(\(ids)::uuid[], \(deliveries.map(\.eventID))::uuid[],
                        \(deliveries.map(\.eventType))::text[], \(deliveries.map(\.kind.rawValue))::text[],
                        \(deliveries.map { $0.attempts + 1 })::smallint[], \(attempts.map(\.outcome.rawValue))::text[],
                        \(results.map(\.status))::smallint[], \(results.map(\.milliseconds))::int[], \(results.map(\.error))::text[],
                        \(results.map(\.response))::text[], \(attempts.map(\.retryAt))::timestamptz[]) AS a
            """
        )
        let delivered = attempts.count { $0.outcome == .delivered }
        let givenUp = attempts.count { $0.outcome == .givenUp }
        try await connection.execute(
            """
            INSERT INTO webhook_hours AS h (tenant_id, endpoint_id, hour, delivered, failed, given_up, latency_ms, slowest_ms)
            VALUES (\(lease.tenantID), \(lease.endpointID), date_trunc('hour', \(now)::timestamptz), \(delivered),
                    \(attempts.count - delivered), \(givenUp), \(results.reduce(0) { $0 + $1.milliseconds }),
                    \(results.map(\.milliseconds).max() ?? 0))
            ON CONFLICT (tenant_id, endpoint_id, hour) DO UPDATE
            SET delivered = h.delivered + excluded.delivered, failed = h.failed + excluded.failed, given_up = h.given_up + excluded.given_up,
                latency_ms = h.latency_ms + excluded.latency_ms, slowest_ms = greatest(h.slowest_ms, excluded.slowest_ms)
            """
        )
    }
}

extension WebhookResult {
    fileprivate var milliseconds: Int {
        Int(latency.seconds * 1000)
    }
}
