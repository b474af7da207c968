import FoundationEssentials
import Logging
import Postgres

/// Ends campaigns whose balance closes: nothing of them is in the queue and the delivery log holds a row for each planned message.
///
/// The rows decide, never a flag that a loop sets.
package struct CampaignFinisher: Sendable {
    private let client: PostgresClient
    private let log: DeliveryLogRepository
    private let time: any TimeSource
    private let logger: Logger

    package init(client: PostgresClient, log: DeliveryLogRepository, time: any TimeSource, logger: Logger) {
        self.client = client
        self.log = log
        self.time = time
        self.logger = logger
    }

    /// Completes what is complete and empties the queue of what was cancelled.
    ///
    /// - Returns: true when there is more to do at once.
    package func step() async throws -> Bool {
        let cancelled = try await log.recordCancelled(limit: 5_000, now: time.now)
        for candidate in try await drained() { try await complete(candidate) }
        return cancelled > 0
    }

    private struct Candidate: Sendable {
        let tenantID: UUID
        let campaignID: UUID
        let startedAt: Date
    }

    /// Sending campaigns that are wholly expanded and have no message left in the queue.
    private func drained() async throws -> [Candidate] {
        let rows = try await client.query(
            """
            SELECT c.tenant_id, c.id, c.started_at FROM campaigns c
            JOIN campaign_expansions e ON e.tenant_id = c.tenant_id AND e.campaign_id = c.id AND e.finished_at IS NOT NULL
            WHERE c.status = 'sending'
              AND NOT EXISTS (SELECT FROM queue_chunks q
                              WHERE q.tenant_id = c.tenant_id AND q.campaign_id = c.id AND q.state <> 'handed_over')
              AND NOT EXISTS (SELECT FROM campaign_retries r
                              WHERE r.tenant_id = c.tenant_id AND r.campaign_id = c.id AND r.finished_at IS NULL)
            """
        )
        return try rows.map { row in
            Candidate(tenantID: try row.get("tenant_id"), campaignID: try row.get("id"), startedAt: try row.get("started_at"))
        }
    }

    private func complete(_ candidate: Candidate) async throws {
        let ids = SequenceIDs.range(startedAt: candidate.startedAt)
        let created = (UUIDv7.time(of: ids.first), UUIDv7.time(of: ids.last))
        let balance: SQL = """
            WITH balance AS (
                SELECT m.planned,
                       (SELECT count(*) FROM delivery_events d
                        WHERE d.tenant_id = m.tenant_id AND d.id BETWEEN \(ids.first) AND \(ids.last)
                          AND d.created_at BETWEEN \(created.0) AND \(created.1) AND d.campaign_id = m.campaign_id
                          AND NOT d.is_test) AS logged,
                       (SELECT count(*) FROM message_queue q
                        WHERE q.tenant_id = m.tenant_id AND q.priority = \(Priority.campaign.rawValue)
                          AND q.id BETWEEN \(ids.first) AND \(ids.last) AND q.campaign_id = m.campaign_id) AS live
                FROM campaign_delivery_metrics m
                WHERE m.tenant_id = \(candidate.tenantID) AND m.campaign_id = \(candidate.campaignID)),
            finished AS (
                UPDATE campaigns c SET status = 'completed', completed_at = \(time.now), updated_at = \(time.now)
                FROM balance b
                WHERE c.tenant_id = \(candidate.tenantID) AND c.id = \(candidate.campaignID) AND c.status = 'sending'
                  AND b.live = 0 AND b.logged = b.planned
                RETURNING c.id)
            SELECT planned, logged, live, (SELECT count(*) FROM finished) AS finished FROM balance
            """
        let rows = try await client.withTransaction { connection in
            try await TransactionActor.set("comm-sender:finisher", on: connection)
            return try await connection.query(balance)
        }
        guard let row = rows.first else { return }
        let (planned, logged, live): (Int64, Int64, Int64) = (try row.get("planned"), try row.get("logged"), try row.get("live"))
        let metadata: Logger.Metadata = [
            "tenant_id": "\(candidate.tenantID)", "campaign_id": "\(candidate.campaignID)",
            "planned": "\(planned)", "logged": "\(logged)", "live": "\(live)",
        ]
        if try row.get("finished") as Int == 1 {
            logger.info("campaign completed", metadata: metadata)
        } else if live == 0, logged != planned {
            logger.error("campaign balance does not close", metadata: metadata)
        }
    }
}
