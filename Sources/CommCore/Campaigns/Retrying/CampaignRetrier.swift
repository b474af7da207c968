import FoundationEssentials
import Logging
import Postgres

/// Puts failed messages back into the queue, page by page, under the ids that they have: what a gateway or the platform knows of an id
/// still holds, so nothing that did leave can leave twice.
///
/// The log row of the earlier outcome moves to `delivery_attempts` in the same transaction, so the balance is right at every moment.
package struct CampaignRetrier: Sendable {
    /// Messages per transaction.
    static let pageSize = 2_000

    private let client: PostgresClient
    private let time: any TimeSource
    private let logger: Logger

    package init(client: PostgresClient, time: any TimeSource, logger: Logger) {
        self.client = client
        self.time = time
        self.logger = logger
    }

    /// Puts one page back for the oldest wish.
    ///
    /// - Returns: true when there is more to do at once.
    package func step() async throws -> Bool {
        let now = time.now
        return try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                SELECT r.tenant_id, r.id, r.campaign_id, r.request_id, r.channel, r.message_ids, r.classes, r.cursor_id, r.created_at,
                       c.started_at, c.status
                  FROM campaign_retries r LEFT JOIN campaigns c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
                 WHERE r.finished_at IS NULL ORDER BY r.created_at LIMIT 1 FOR UPDATE OF r SKIP LOCKED
                """
            )
            guard let row = rows.first else { return false }
            let moved = try await move(row, now: now, on: connection)
            try await connection.execute(
                """
                UPDATE campaign_retries SET retried = retried + \(moved.count), cursor_id = coalesce(\(moved.last), cursor_id),
                       finished_at = CASE WHEN \(moved.count < Self.pageSize) THEN \(now)::timestamptz END
                 WHERE tenant_id = \(try row.get("tenant_id") as UUID) AND id = \(try row.get("id") as UUID)
                """
            )
            if moved.count < Self.pageSize {
                let campaignID: UUID? = try row.get("campaign_id")
                logger.info("failed messages are tried again", metadata: ["campaign_id": "\(campaignID?.uuidString ?? "none")"])
            }
            return true
        }
    }

    /// Only what failed before the wish was made is meant, and each message once: what fails again stays so.
    private func move(_ row: PostgresRow, now: Date, on connection: PostgresConnection) async throws -> (count: Int, last: UUID?) {
        let tenantID: UUID = try row.get("tenant_id")
        guard let campaignID: UUID = try row.get("campaign_id") else {
            return try await moveMessagesOfRequests(row, tenantID: tenantID, now: now, on: connection)
        }
        let status: CampaignStatus = try row.get("status")
        // Nothing comes back into the queue of a campaign that was cancelled meanwhile.
        guard [.sending, .paused].contains(status), let startedAt: Date = try row.get("started_at") else { return (0, nil) }
        let selection = RetryRepository.selection(
            try row.get("classes"),
            tenantID: tenantID,
            campaignID: campaignID,
            startedAt: startedAt
        )
        let (counts, last) = try await take(selection, row, priority: "\(Priority.campaign.rawValue)", now: now, on: connection)
        let total = counts.values.reduce(0, +)
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics
               SET failed = failed - \(counts["failed"] ?? 0), unknown = unknown - \(counts["unknown"] ?? 0), retried = retried + \(total),
                   updated_at = \(now)
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
            """
        )
        return (total, last)
    }

    private func moveMessagesOfRequests(
        _ row: PostgresRow,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> (count: Int, last: UUID?) {
        let selection = RetrySelection(
            requestID: try row.get("request_id"),
            channel: (try row.get("channel") as String?).flatMap(Channel.init(rawValue:)),
            messageIDs: try row.get("message_ids")
        )
        let condition: SQL = """
            \(sql: MessageRetryRepository.condition(tenantID: tenantID, selection, try row.get("classes"), now: now))
            AND NOT \(sql: MessageRetryRepository.isReplaced)
            """
        let (counts, last) = try await take(condition, row, priority: Self.priority, now: now, on: connection)
        return (counts.values.reduce(0, +), last)
    }

    /// Of the request of a row `t` that comes back.
    private static let priority: SQL = """
        (SELECT r.priority FROM message_requests r WHERE r.tenant_id = t.tenant_id AND r.id = t.request_id)
        """

    /// Moves a page of rows `d` of the delivery log back into the queue; roll-ups lose what became of them.
    ///
    /// - Returns: how many there were, by outcome, and the last id that was looked at.
    private func take(
        _ selection: SQL,
        _ wish: PostgresRow,
        priority: SQL,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> (counts: [String: Int], last: UUID?) {
        let (tenantID, cursor): (UUID, UUID?) = (try wish.get("tenant_id"), try wish.get("cursor_id"))
        try await RollUpLock.exclude(RollUpLock.key(tenantID: tenantID, campaignID: try wish.get("campaign_id")), on: connection)
        let ids: [UUID] = try await connection.query(
            """
            SELECT d.id FROM delivery_events d
             WHERE \(sql: selection) AND (\(cursor)::uuid IS NULL OR d.id > \(cursor)::uuid)
               AND d.occurred_at <= \(try wish.get("created_at") as Date)
             ORDER BY d.id LIMIT \(Self.pageSize) FOR UPDATE OF d
            """
        ).map { try $0.get("id") }
        guard let last = ids.last else { return ([:], nil) }
        try await RollUpProjection.takeBack(ids, tenantID: tenantID, on: connection)
        let rows = try await connection.query(
            """
            WITH taken AS (
                DELETE FROM delivery_events d
                 USING unnest(\(ids)::uuid[], \(ids.map(UUIDv7.time(of:)))::timestamptz[]) AS m(id, created_at)
                 WHERE d.tenant_id = \(tenantID) AND d.id = m.id AND d.created_at = m.created_at
                RETURNING d.*),
            kept AS (
                INSERT INTO delivery_attempts (tenant_id, message_id, attempt, campaign_id, request_id, outcome, reason, gateway, occurred_at,
                                               retried_at)
                SELECT tenant_id, id, attempts, campaign_id, request_id, outcome, reason, gateway, occurred_at, \(now) FROM taken
                ON CONFLICT DO NOTHING),
            queued AS (
                INSERT INTO message_queue (tenant_id, priority, id, campaign_id, request_id, contact_id, channel, recipient, artifact_id,
                                           merge_values, in_chunk, due_at, attempts, age_from)
                SELECT tenant_id, \(sql: priority), id, campaign_id, request_id, contact_id, channel, recipient, artifact_id, merge_values,
                       false, \(now), attempts, \(now) FROM taken t)
            SELECT outcome, count(*) AS count FROM taken GROUP BY outcome
            """
        )
        let counts = try rows.map { (try $0.get("outcome") as String, try $0.get("count") as Int) }
        return (Dictionary(uniqueKeysWithValues: counts), last)
    }
}
