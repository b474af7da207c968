import FoundationEssentials
import Postgres

/// SQL of "record", the last step: in one transaction a message leaves the queue, its delivery log row is written, the campaign's
/// counters move and the event pipeline is told.
///
/// Fenced by the lease: whoever lost it records nothing.
///
/// Longer than other files: the statements share the fence and the counters, and are read side by side.
package struct DeliveryLogRepository: Sendable {
    private let client: PostgresClient
    private let faults: FaultPoints

    package init(client: PostgresClient, faults: FaultPoints) {
        self.client = client
        self.faults = faults
    }

    /// Records a whole chunk.
    ///
    /// - Parameters:
    ///   - outcomes: what became of each message; those that are missing here were not in the queue any more.
    ///   - checkAfter: when to ask the gateway whether it still has them; nil when its acceptance is final.
    /// - Returns: false when another sender holds the chunk by now; then nothing was written.
    package func record(
        _ chunk: Chunk,
        outcomes: [UUID: HandoverOutcome],
        checkAfter: Date?,
        now: Date
    ) async throws -> Bool {
        try await client.withTransaction { connection in
            let fenced = try await connection.query(
                """
                SELECT FROM queue_chunks
                WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID) AND chunk_no = \(chunk.number)
                  AND lease_token = \(chunk.token) AND state = 'leased'
                FOR UPDATE
                """
            )
            guard !fenced.isEmpty else { return false }
            let batch = RecordedBatch(
                tenantID: chunk.tenantID,
                campaignID: chunk.campaignID,
                priority: chunk.priority,
                outcomes: outcomes,
                selection: "m.in_chunk AND m.id BETWEEN \(chunk.firstID) AND \(chunk.lastID)"
            )
            let written = try await write(batch, now: now, on: connection)
            try await faults.hit("confirm.mid")
            let anySent = outcomes.values.contains { $0.disposition == .sent }
            if !written.isEmpty {
                let dispatched = DispatchedChunk(
                    tenantID: chunk.tenantID,
                    campaignID: chunk.campaignID,
                    firstID: chunk.firstID,
                    lastID: chunk.lastID,
                    recordedAt: now
                )
                try await InboxRepository.announce([dispatched], now: now, on: connection)
            }
            try await close(chunk, checkAfter: anySent ? checkAfter : nil, on: connection)
            return true
        }
    }

    /// Records messages that were claimed one by one.
    package func record(
        _ claim: ClaimedMessages,
        outcomes: [UUID: HandoverOutcome],
        checkAfter: Date?,
        now: Date
    ) async throws {
        try await client.withTransaction { connection in
            let batch = RecordedBatch(
                tenantID: claim.tenantID,
                campaignID: claim.campaignID,
                priority: claim.priority,
                outcomes: outcomes,
                selection: "m.lease_token = \(claim.token) AND m.id = ANY(\(claim.messages.map(\.id))::uuid[])"
            )
            let written = try await write(batch, now: now, on: connection)
            try await faults.hit("confirm.mid")
            let sent = written.filter { outcomes[$0]?.disposition == .sent }
            let facts = DispatchedChunk.naming(written, tenantID: claim.tenantID, campaignID: claim.campaignID, recordedAt: now)
            try await InboxRepository.announce(facts, now: now, on: connection)
            guard let checkAfter, !sent.isEmpty else { return }
            try await Self.followUp(sent, claim: claim, checkAfter: checkAfter, now: now, on: connection)
        }
    }

    /// Moves everything of a cancelled campaign that no sender holds out of the queue, at most `limit` messages.
    ///
    /// - Returns: how many messages were moved.
    package func recordCancelled(limit: Int, now: Date) async throws -> Int {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                SELECT q.tenant_id, q.campaign_id, q.chunk_no, q.priority, q.first_id, q.last_id FROM queue_chunks q
                JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'cancelled'
                WHERE q.state = 'open' OR q.state = 'leased' AND q.lease_until < \(now)
                LIMIT 20 FOR UPDATE OF q SKIP LOCKED
                """
            )
            var moved: [UUID: [UUID]] = [:]
            for row in rows {
                let (first, last): (UUID, UUID) = (try row.get("first_id"), try row.get("last_id"))
                let selection: SQL = "m.in_chunk AND m.id BETWEEN \(first) AND \(last)"
                moved[try row.get("tenant_id"), default: []] +=
                    try await cancel(row, selection: selection, range: (first, last), now: now, on: connection)
                try await connection.execute(
                    """
                    DELETE FROM queue_chunks WHERE tenant_id = \(try row.get("tenant_id") as UUID)
                      AND campaign_id = \(try row.get("campaign_id") as UUID) AND chunk_no = \(try row.get("chunk_no") as Int)
                    """
                )
            }
            // A moment later, so that the fact about a chunk does not cover its messages that were put off.
            let singles = try await cancelSingles(limit: limit, now: now.addingTimeInterval(0.001), on: connection)
            moved.merge(singles, uniquingKeysWith: +)
            for (tenantID, ids) in moved.sorted(by: { $0.key.uuidString < $1.key.uuidString }) {
                try await QueueExit.tellCancelled(ids, tenantID: tenantID, now: now, on: connection)
            }
            return moved.values.reduce(0) { $0 + $1.count }
        }
    }

    private func cancelSingles(limit: Int, now: Date, on connection: PostgresConnection) async throws -> [UUID: [UUID]] {
        let rows = try await connection.query(
            """
            SELECT q.tenant_id, q.campaign_id, q.priority, array_agg(q.id) AS ids
            FROM (SELECT q.* FROM message_queue q
                  JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'cancelled'
                  WHERE NOT q.in_chunk AND q.priority IN (2, 3) AND (q.lease_until IS NULL OR q.lease_until < \(now))
                  LIMIT \(limit) FOR UPDATE OF q SKIP LOCKED) q
            GROUP BY 1, 2, 3
            """
        )
        var moved: [UUID: [UUID]] = [:]
        for row in rows {
            let ids: [UUID] = try row.get("ids")
            moved[try row.get("tenant_id"), default: []] += try await cancel(
                row,
                selection: "m.id = ANY(\(ids)::uuid[])",
                range: nil,
                now: now,
                on: connection
            )
        }
        return moved
    }

    /// - Parameter range: of a chunk that nobody else records at this moment; nil for messages on their own.
    private func cancel(
        _ row: PostgresRow,
        selection: SQL,
        range: (first: UUID, last: UUID)?,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> [UUID] {
        let batch = RecordedBatch(
            tenantID: try row.get("tenant_id"),
            campaignID: try row.get("campaign_id"),
            priority: try row.get("priority"),
            outcomes: [:],
            selection: selection,
            fallback: .skipped(reason: "cancelled")
        )
        let written = try await write(batch, now: now, on: connection)
        guard !written.isEmpty else { return [] }
        let (tenantID, campaignID) = (batch.tenantID, batch.campaignID)
        let facts =
            if let (first, last) = range {
                [DispatchedChunk(tenantID: tenantID, campaignID: campaignID, firstID: first, lastID: last, recordedAt: now)]
            } else {
                DispatchedChunk.naming(written, tenantID: tenantID, campaignID: campaignID, recordedAt: now)
            }
        try await InboxRepository.announce(facts, now: now, on: connection)
        return written
    }

    private struct RecordedBatch: Sendable {
        let tenantID: UUID
        let campaignID: UUID
        let priority: Int16
        let outcomes: [UUID: HandoverOutcome]
        /// Which rows `m` of message_queue are meant.
        let selection: SQL
        /// What became of rows that have no disposition; nil leaves them in the queue.
        var fallback: Disposition?
    }

    /// Deferred messages go back to the queue on their own, all others leave it: the server moves them, only what is not simply
    /// "sent" travels.
    ///
    /// - Returns: the ids that left.
    @discardableResult
    private func write(_ batch: RecordedBatch, now: Date, on connection: PostgresConnection) async throws -> [UUID] {
        try await Self.deferMessages(batch, on: connection)
        let finished = batch.outcomes.filter { $0.value.disposition.outcome != nil }
        let ids = Array(finished.keys)
        let rows = try await connection.query(
            """
            WITH result AS (
                SELECT unnest(\(ids)::uuid[]) AS id, unnest(\(ids.map { finished[$0]?.disposition.outcome })::text[]) AS outcome,
                       unnest(\(ids.map { finished[$0]?.disposition.reason })::text[]) AS reason,
                       unnest(\(ids.map { finished[$0]?.gateway })::text[]) AS gateway),
            moved AS (
                DELETE FROM message_queue m
                WHERE m.tenant_id = \(batch.tenantID) AND m.priority = \(batch.priority) AND m.campaign_id = \(batch.campaignID)
                  AND \(sql: batch.selection) AND (\(batch.fallback != nil) OR m.id IN (SELECT id FROM result))
                RETURNING m.*)
            INSERT INTO delivery_events (tenant_id, id, created_at, campaign_id, contact_id, channel, recipient, outcome, reason,
                                         gateway, artifact_id, merge_values, attempts, is_test, occurred_at)
            SELECT m.tenant_id, m.id, \(sql: SequenceIDs.time(of: "m.id")),
                   m.campaign_id, m.contact_id, m.channel, m.recipient, coalesce(r.outcome, \(batch.fallback?.outcome)),
                   coalesce(r.reason, \(batch.fallback?.reason)), r.gateway, m.artifact_id, m.merge_values, m.attempts + 1,
                   m.is_test, \(now)
            FROM moved m LEFT JOIN result r ON r.id = m.id
            ORDER BY m.id
            RETURNING id, outcome
            """
        )
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.get("outcome"), default: 0] += 1 }
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics
            SET sent = sent + \(counts["sent"] ?? 0), suppressed = suppressed + \(counts["suppressed"] ?? 0),
                skipped = skipped + \(counts["skipped"] ?? 0), failed = failed + \(counts["failed"] ?? 0),
                unknown = unknown + \(counts["unknown"] ?? 0), updated_at = \(now)
            WHERE tenant_id = \(batch.tenantID) AND campaign_id = \(batch.campaignID)
            """
        )
        return try rows.map { try $0.get("id") }
    }

    private static func deferMessages(_ batch: RecordedBatch, on connection: PostgresConnection) async throws {
        let deferred = batch.outcomes.compactMap { id, outcome -> (UUID, Date, String)? in
            guard case .deferred(let until, let reason) = outcome.disposition else { return nil }
            return (id, until, reason)
        }
        guard !deferred.isEmpty else { return }
        try await connection.execute(
            """
            UPDATE message_queue m
            SET in_chunk = false, due_at = d.due_at, last_error = d.reason, attempts = m.attempts + 1,
                lease_until = NULL, lease_token = NULL
            FROM (SELECT unnest(\(deferred.map(\.0))::uuid[]) AS id, unnest(\(deferred.map(\.1))::timestamptz[]) AS due_at,
                         unnest(\(deferred.map(\.2))::text[]) AS reason) d
            WHERE m.tenant_id = \(batch.tenantID) AND m.priority = \(batch.priority) AND m.campaign_id = \(batch.campaignID)
              AND m.id = d.id AND \(sql: batch.selection)
            """
        )
    }

    private func close(_ chunk: Chunk, checkAfter: Date?, on connection: PostgresConnection) async throws {
        let key: SQL = """
            tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID) AND chunk_no = \(chunk.number)
            """
        if let checkAfter {
            try await connection.execute(
                """
                UPDATE queue_chunks SET state = 'handed_over', check_after = \(checkAfter), lease_owner = NULL, lease_until = NULL,
                    lease_token = NULL
                WHERE \(sql: key)
                """
            )
        } else {
            try await connection.execute("DELETE FROM queue_chunks WHERE \(sql: key)")
        }
    }

    /// Single messages that the gateway may still lose are followed like a chunk of one each.
    private static func followUp(
        _ ids: [UUID],
        claim: ClaimedMessages,
        checkAfter: Date,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            WITH numbered AS (
                UPDATE campaign_expansions SET next_chunk = next_chunk + \(ids.count)
                WHERE tenant_id = \(claim.tenantID) AND campaign_id = \(claim.campaignID)
                RETURNING next_chunk - \(ids.count) AS first_no)
            INSERT INTO queue_chunks (tenant_id, campaign_id, chunk_no, priority, first_id, last_id, size, state,
                                      check_after, created_at)
            SELECT \(claim.tenantID), \(claim.campaignID), n.first_no + m.ordinality - 1, \(claim.priority), m.id, m.id, 1,
                   'handed_over', \(checkAfter), \(now)
            FROM unnest(\(ids)::uuid[]) WITH ORDINALITY AS m(id, ordinality), numbered n
            """
        )
    }
}
