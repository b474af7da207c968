import FoundationEssentials
import Postgres

/// SQL of the messages themselves: reading those under lease with the last-moment check, and claiming single ones.
package struct MessageRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Reads a chunk's messages, each with its verdict, in one query.
    package func messages(of chunk: Chunk, now: Date) async throws -> [QueuedMessage] {
        try await client.query(
            """
            SELECT q.id, q.contact_id, q.recipient, q.merge_values, q.attempts, q.age_from, \(sql: Eligibility.columns)
            FROM message_queue q \(sql: Eligibility.joins(now: now))
            WHERE q.tenant_id = \(chunk.tenantID) AND q.priority = \(chunk.priority) AND q.campaign_id = \(chunk.campaignID)
              AND q.id BETWEEN \(chunk.firstID) AND \(chunk.lastID) AND q.in_chunk
            ORDER BY q.id
            """
        ).map(Self.queued)
    }

    /// Claims messages of bulk lanes that are due on their own: those that were put off, and those that are tried again.
    ///
    /// - Returns: the claimed rows of one campaign of one tenant; empty when nothing is due.
    package func claimDue(limit: Int, lease: TimeInterval, now: Date) async throws -> ClaimedMessages? {
        let token = UUIDv7.make(at: now)
        let rows = try await client.query(
            """
            WITH first AS (
                SELECT q.tenant_id, q.campaign_id, q.priority FROM message_queue q
                JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'sending'
                                AND \(sql: WindowRepository.isOpen(now: now))
                WHERE NOT q.in_chunk AND q.campaign_id IS NOT NULL AND q.priority IN (2, 3) AND q.due_at <= \(now)
                  AND (q.lease_until IS NULL OR q.lease_until < \(now)) AND \(sql: QueuePauses.isOpen(now: now))
                ORDER BY q.priority, q.due_at LIMIT 1),
            due AS (
                SELECT q.tenant_id, q.priority, q.id FROM message_queue q JOIN first f
                    ON f.tenant_id = q.tenant_id AND f.campaign_id = q.campaign_id AND f.priority = q.priority
                WHERE NOT q.in_chunk AND q.due_at <= \(now) AND (q.lease_until IS NULL OR q.lease_until < \(now))
                ORDER BY q.due_at LIMIT \(limit) FOR UPDATE OF q SKIP LOCKED),
            taken AS (
                UPDATE message_queue q SET lease_until = \(now.addingTimeInterval(lease)), lease_token = \(token)
                FROM due WHERE q.tenant_id = due.tenant_id AND q.priority = due.priority AND q.id = due.id
                RETURNING q.*)
            SELECT q.id, q.contact_id, q.recipient, q.merge_values, q.attempts, q.age_from, q.tenant_id, q.campaign_id, q.priority,
                   \(sql: Eligibility.columns)
            FROM taken q \(sql: Eligibility.joins(now: now))
            ORDER BY q.id
            """
        )
        guard let first = rows.first, let campaignID: UUID = try first.get("campaign_id") else { return nil }
        return ClaimedMessages(
            tenantID: try first.get("tenant_id"),
            campaignID: campaignID,
            priority: try first.get("priority"),
            token: token,
            messages: try rows.map(Self.queued)
        )
    }

    static func queued(_ row: PostgresRow) throws -> QueuedMessage {
        var message = try message(row)
        message.ageFrom = try row.get("age_from")
        return message
    }

    static func message(_ row: PostgresRow) throws -> QueuedMessage {
        QueuedMessage(
            id: try row.get("id"),
            contactID: try row.get("contact_id"),
            recipient: try row.get("recipient"),
            mergeValues: try row.get("merge_values") ?? [],
            attempts: try row.get("attempts"),
            verdict: Eligibility.verdict(refusal: try row.get("refusal"), suppression: try row.get("suppression"))
        )
    }
}

/// Messages that were claimed one by one, all of one campaign.
package struct ClaimedMessages: Sendable {
    package let tenantID: UUID
    package let campaignID: UUID
    package let priority: Int16
    package let token: UUID
    package let messages: [QueuedMessage]
}
