import FoundationEssentials
import Postgres

/// A chunk whose messages were handed over and not confirmed yet.
struct HandedOverChunk: Sendable {
    let tenantID: UUID
    let campaignID: UUID
    let number: Int
    let firstID: UUID
    let lastID: UUID
    /// Where the gateway remembers its ids.
    let scope: HandoverScope
}

/// A message that was sent, with the gateway that took it.
struct HandedOverMessage: Sendable {
    let message: QueuedMessage
    let gateway: String?
}

/// SQL of the reconciler for chunks.
package struct HandoverRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Takes chunks whose check is due; the next check is the lease.
    func claimDue(limit: Int, nextCheck: Date, now: Date) async throws -> [HandedOverChunk] {
        try await client.query(
            """
            UPDATE queue_chunks q SET check_after = \(nextCheck)
            FROM (SELECT tenant_id, campaign_id, chunk_no FROM queue_chunks
                  WHERE state = 'handed_over' AND check_after <= \(now)
                  ORDER BY check_after LIMIT \(limit) FOR UPDATE SKIP LOCKED) due
            WHERE q.tenant_id = due.tenant_id AND q.campaign_id = due.campaign_id AND q.chunk_no = due.chunk_no
            RETURNING q.tenant_id, q.campaign_id, q.chunk_no, q.first_id, q.last_id, q.scope_no
            """
        ).map { row in
            HandedOverChunk(
                tenantID: try row.get("tenant_id"),
                campaignID: try row.get("campaign_id"),
                number: try row.get("chunk_no"),
                firstID: try row.get("first_id"),
                lastID: try row.get("last_id"),
                scope: HandoverScope(campaignID: try row.get("campaign_id"), chunk: try row.get("scope_no"))
            )
        }
    }

    /// Moves every open check to the given moment.
    func checkAllAfter(_ moment: Date) async throws -> Int {
        try await client.execute("UPDATE queue_chunks SET check_after = \(moment) WHERE state = 'handed_over'")
    }

    /// The messages of a chunk that the delivery log has as sent, each with what the last-moment check says by now.
    func sentMessages(of chunk: HandedOverChunk, now: Date) async throws -> [HandedOverMessage] {
        try await client.query(
            """
            SELECT q.id, q.contact_id, q.recipient, q.merge_values, q.attempts, q.gateway, \(sql: Eligibility.columns)
            FROM delivery_events q \(sql: Eligibility.joins(now: now, isMarketing: "true"))
            WHERE q.tenant_id = \(chunk.tenantID) AND q.id BETWEEN \(chunk.firstID) AND \(chunk.lastID)
              AND q.created_at BETWEEN \(UUIDv7.time(of: chunk.firstID)) AND \(UUIDv7.time(of: chunk.lastID))
              AND q.campaign_id = \(chunk.campaignID) AND q.outcome = 'sent'
            ORDER BY q.id
            """
        ).map { HandedOverMessage(message: try MessageRepository.message($0), gateway: try $0.get("gateway")) }
    }

    /// Everything of the chunk has arrived: nothing is left to follow.
    func close(_ chunk: HandedOverChunk) async throws {
        try await client.execute(
            """
            DELETE FROM queue_chunks
            WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID) AND chunk_no = \(chunk.number)
              AND state = 'handed_over'
            """
        )
    }

    /// Corrects the log of messages that were lost on the way and may not be sent any more.
    func withdraw(_ messages: [QueuedMessage], of chunk: HandedOverChunk, now: Date) async throws {
        guard !messages.isEmpty else { return }
        let ids = messages.map(\.id)
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                WITH withdrawn AS (
                    UPDATE delivery_events d SET outcome = v.outcome, reason = v.reason, occurred_at = \(now)
                    FROM (SELECT unnest(\(ids)::uuid[]) AS id, unnest(\(messages.map { $0.verdict?.outcome })::text[]) AS outcome,
                                 unnest(\(messages.map { $0.verdict?.reason })::text[]) AS reason) v
                    WHERE d.tenant_id = \(chunk.tenantID) AND d.id = v.id AND d.outcome = 'sent'
                    RETURNING d.tenant_id, d.campaign_id, d.outcome),
                marked AS (\(sql: RollUpRebuilder.marking("withdrawn", now: now)))
                SELECT outcome FROM withdrawn
                """
            )
            let outcomes: [String] = try rows.map { try $0.get("outcome") }
            let suppressed = outcomes.count { $0 == "suppressed" }
            try await connection.execute(
                """
                UPDATE campaign_delivery_metrics
                SET sent = sent - \(outcomes.count), suppressed = suppressed + \(suppressed),
                    skipped = skipped + \(outcomes.count - suppressed), updated_at = \(now)
                WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID)
                """
            )
        }
    }
}
