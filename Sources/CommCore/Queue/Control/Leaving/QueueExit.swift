import FoundationEssentials
import Postgres

/// Takes messages out of the queue that no sender holds, and writes what became of them, in the caller's transaction.
enum QueueExit {
    /// Whether a message on its own, a row `q`, certainly has not left and cannot leave while the row is locked.
    ///
    /// One whose sender stopped, or whose hand-over a missing store broke off, may have left: only the next sender, who asks the gateway, knows.
    static let isFree: SQL = """
        NOT q.in_chunk AND q.lease_until IS NULL
        AND (q.attempts = 0 OR q.last_error IS NOT NULL AND q.last_error NOT IN (\(QueuedMessage.stopped), \(QueuedMessage.storeAway)))
        """

    /// Moves rows `q` into the delivery log, with the counters and the facts that follow.
    ///
    /// - Parameters:
    ///   - tenantID: whose; nil for anybody's.
    ///   - selection: which rows of `message_queue q`.
    /// - Returns: the ids that have left.
    @discardableResult
    static func record(
        _ disposition: Disposition,
        tenantID: UUID,
        where selection: SQL,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> [UUID] {
        let rows = try await connection.query(
            """
            WITH moved AS (
                DELETE FROM message_queue q WHERE q.tenant_id = \(tenantID) AND \(sql: selection)
                RETURNING q.*, \(disposition.outcome)::text AS outcome, NULL::text AS gateway),
            counted AS (\(sql: DeliveryCounterRepository.addition(of: "(SELECT * FROM moved WHERE request_id IS NOT NULL)", now: now))),
            \(sql: FallbackRepository.queueing(
                after: "SELECT tenant_id, id FROM moved WHERE outcome IN \(sql: FallbackRepository.outcomes) AND request_id IS NOT NULL",
                now: now
            ))
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, request_id, contact_id, channel, recipient, outcome, reason,
                                         gateway, artifact_id, merge_values, attempts, is_test, occurred_at)
            SELECT tenant_id, id, \(sql: SequenceIDs.time(of: "id")), campaign_id,
                   request_id, contact_id, channel, recipient, outcome, \(disposition.reason), gateway, artifact_id, merge_values, attempts,
                   is_test, \(now)
              FROM moved ORDER BY id
            RETURNING id, campaign_id, is_test
            """
        )
        var leaving: [UUID?: [UUID]] = [:]
        for row in rows where !(try row.get("is_test")) { leaving[try row.get("campaign_id"), default: []].append(try row.get("id")) }
        let groups = leaving.sorted { ($0.key?.uuidString ?? "") < ($1.key?.uuidString ?? "") }
        for (campaignID, ids) in groups {
            if let campaignID { try await count(disposition, ids, of: campaignID, tenantID: tenantID, now: now, on: connection) }
        }
        let facts = groups.flatMap { DispatchedChunk.naming($1, tenantID: tenantID, campaignID: $0, recordedAt: now) }
        try await InboxRepository.announce(facts, now: now, on: connection)
        return try rows.map { try $0.get("id") }
    }

    /// Tells readers of the tenant's feed of messages that were taken back; the last thing of a transaction.
    static func tellCancelled(_ ids: [UUID], tenantID: UUID, now: Date, on connection: PostgresConnection) async throws {
        guard !ids.isEmpty else { return }
        let messages: SQL = """
            SELECT d.id, d.campaign_id, d.channel FROM unnest(\(ids)::uuid[], \(ids.map(UUIDv7.time(of:)))::timestamptz[]) AS gone(id, at)
            JOIN delivery_events d ON d.tenant_id = \(tenantID) AND d.id = gone.id AND d.created_at = gone.at AND NOT d.is_test
            """
        try await EventFeed.append(.cancelled, of: messages, tenantID: tenantID, on: connection, now: now)
    }

    /// A campaign's counters move with its log.
    private static func count(
        _ disposition: Disposition,
        _ ids: [UUID],
        of campaignID: UUID,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let (skipped, failed) = disposition.outcome == "failed" ? (0, ids.count) : (ids.count, 0)
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics SET skipped = skipped + \(skipped), failed = failed + \(failed), updated_at = \(now)
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
            """
        )
    }
}
