import FoundationEssentials
import Postgres

/// Clears away what is over: on request for one tenant, and by itself for everybody.
package struct QueueUpkeep: Sendable {
    /// What a request cleared away.
    package struct Report: Sendable, Equatable {
        /// Messages whose time was over before they could leave.
        package var expiredMessages = 0
        package var endedPauses = 0
        package var finishedRetries = 0
        /// Whether there is more of it than one request does.
        package var isMore = false
    }

    /// Rows of one kind that one request clears away.
    static let batch = 1_000
    /// Messages that are looked at for those whose time is over.
    private static let window = 20_000
    /// How long what is over is kept by itself (days).
    private static let keptDays = 90

    private let client: PostgresClient
    private let counters: DeliveryCounterRepository
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.counters = DeliveryCounterRepository(client: client)
        self.time = time
    }

    /// Takes messages out of the queue whose time is over, and deletes what ended so many days ago.
    package func cleanUp(tenantID: UUID, olderThanDays days: Int, by who: String) async throws -> Report {
        let now = time.now
        let before = now.addingTimeInterval(TimeInterval(-86_400 * days))
        return try await client.withTenant(tenantID) { connection in
            var report = Report()
            report.expiredMessages = try await Self.expire(tenantID: tenantID, now: now, on: connection)
            report.endedPauses = try await connection.execute(
                """
                DELETE FROM queue_pauses WHERE tenant_id = \(tenantID) AND id IN (
                    SELECT id FROM queue_pauses WHERE tenant_id = \(tenantID) AND coalesce(ended_at, until) < \(before) LIMIT \(Self.batch))
                """
            )
            report.finishedRetries = try await connection.execute(
                """
                DELETE FROM campaign_retries WHERE tenant_id = \(tenantID) AND id IN (
                    SELECT id FROM campaign_retries WHERE tenant_id = \(tenantID) AND finished_at < \(before) LIMIT \(Self.batch))
                """
            )
            report.isMore = [report.expiredMessages, report.endedPauses, report.finishedRetries].contains(Self.batch)
            if report != Report() {
                let details = ["messages": report.expiredMessages, "pauses": report.endedPauses, "retries": report.finishedRetries]
                try await AuditRepository.record(
                    AuditNote(
                        eventType: "queue_control",
                        action: "cleaned_up",
                        resourceType: "queue",
                        details: try PostgresJSON(encoding: details)
                    ),
                    tenantID: tenantID,
                    on: connection
                )
            }
            return report
        }
    }

    /// Senders give up what has expired at its turn; what is held back has none.
    private static func expire(tenantID: UUID, now: Date, on connection: PostgresConnection) async throws -> Int {
        let rows = try await connection.query(
            """
            SELECT m.priority, array_agg(m.id) AS ids FROM (
                SELECT m.priority, m.id FROM (
                    SELECT priority, id, request_id FROM message_queue
                     WHERE tenant_id = \(tenantID) AND NOT in_chunk AND request_id IS NOT NULL LIMIT \(window)) m
                  JOIN message_requests r ON r.tenant_id = \(tenantID) AND r.id = m.request_id AND r.expires_at <= \(now)
                 LIMIT \(batch)) m
             GROUP BY 1
            """
        )
        var expired = 0
        for row in rows {
            let (priority, ids): (Int16, [UUID]) = (try row.get("priority"), try row.get("ids"))
            expired += try await QueueExit.record(
                .failed(reason: "expired"),
                tenantID: tenantID,
                where: "q.priority = \(priority) AND q.id = ANY(\(ids)::uuid[]) AND \(sql: QueueExit.isFree)",
                now: now,
                on: connection
            ).count
        }
        return expired
    }

    /// Folds counters, ends pauses whose time is over, and forgets what ended long ago, over all tenants.
    ///
    /// - Returns: true when there is more to do at once.
    package func run() async throws -> Bool {
        let now = time.now
        if try await counters.fold() { return true }
        let forgotten = now.addingTimeInterval(TimeInterval(-86_400 * Self.keptDays))
        for table in ["queue_pauses", "queue_stops"] {
            try await client.execute(
                "UPDATE \(identifier: table) SET ended_at = until, ended_by = 'time' WHERE ended_at IS NULL AND until <= \(now)"
            )
            try await client.execute("DELETE FROM \(identifier: table) WHERE ended_at < \(forgotten)")
        }
        try await counters.forget(now: now)
        return false
    }
}
