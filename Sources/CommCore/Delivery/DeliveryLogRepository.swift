import FoundationEssentials
import Postgres

/// SQL of "record", the last step: in one transaction a message leaves the queue, its delivery log row is written, the campaign's
/// counters move and the event pipeline is told.
///
/// Fenced by the lease: whoever lost it records nothing.
package struct DeliveryLogRepository: Sendable {
    private let client: PostgresClient
    private let faults: FaultPoints

    package init(client: PostgresClient, faults: FaultPoints) {
        self.client = client
        self.faults = faults
    }

    /// Records a whole chunk, in one statement unless messages of it are put off.
    ///
    /// - Parameters:
    ///   - outcomes: what became of each of its messages; what has left the queue since it was read is missing there, too.
    ///   - checkAfter: when to ask the gateway whether it still has them; nil when its acceptance is final.
    /// - Returns: false when another sender holds the chunk by now; then nothing was written.
    package func record(
        _ chunk: Chunk,
        outcomes: [UUID: HandoverOutcome],
        checkAfter: Date?,
        now: Date
    ) async throws -> Bool {
        let finishing = try Self.finishing(chunk, outcomes: outcomes, checkAfter: checkAfter, now: now)
        let deferring = Self.deferring(
            outcomes,
            tenantID: chunk.tenantID,
            campaignID: chunk.campaignID,
            priority: chunk.priority,
            selection: Self.messages(of: chunk)
        )
        guard let deferring else {
            try await faults.hit("confirm.mid")
            return try await client.query(finishing).one { try $0.get("is_ours") }
        }
        return try await client.withTransaction { connection in
            let fenced = try await connection.query("SELECT FROM queue_chunks q WHERE \(sql: chunk.isHeld) FOR UPDATE")
            guard !fenced.isEmpty else { return false }
            try await connection.execute(deferring)
            try await faults.hit("confirm.mid")
            return try await connection.query(finishing).one { try $0.get("is_ours") }
        }
    }

    /// Records messages that were claimed one by one.
    package func record(
        _ claim: ClaimedMessages,
        outcomes: [UUID: HandoverOutcome],
        checkAfter: Date?,
        now: Date
    ) async throws {
        let selection: SQL = "m.lease_token = \(claim.token) AND m.id = ANY(\(claim.messages.map(\.id))::uuid[])"
        let deferring = Self.deferring(
            outcomes,
            tenantID: claim.tenantID,
            campaignID: claim.campaignID,
            priority: claim.priority,
            selection: selection
        )
        try await client.withTransaction { connection in
            if let deferring { try await connection.execute(deferring) }
            guard let recorded = RecordedOutcomes(outcomes) else { return }
            let finished = outcomes.filter { $0.value.disposition.outcome != nil }.map(\.key)
            let departure = Departure(
                tenantID: claim.tenantID,
                campaignID: claim.campaignID,
                priority: claim.priority,
                outcomes: recorded,
                selection: "m.lease_token = \(claim.token) AND m.id = ANY(\(finished)::uuid[])"
            )
            let written = try await Self.write(departure, now: now, on: connection)
            try await faults.hit("confirm.mid")
            let facts = DispatchedChunk.naming(written, tenantID: claim.tenantID, campaignID: claim.campaignID, recordedAt: now)
            try await InboxRepository.announce(facts, now: now, on: connection)
            let sent = written.filter { outcomes[$0]?.disposition == .sent }
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
        guard let outcomes = RecordedOutcomes(all: .skipped(reason: MessageState.cancelledReason)) else { return [] }
        let departure = Departure(
            tenantID: try row.get("tenant_id"),
            campaignID: try row.get("campaign_id"),
            priority: try row.get("priority"),
            outcomes: outcomes,
            selection: selection
        )
        let written = try await Self.write(departure, now: now, on: connection)
        guard !written.isEmpty else { return [] }
        let (tenantID, campaignID) = (departure.tenantID, departure.campaignID)
        let facts =
            if let (first, last) = range {
                [DispatchedChunk(tenantID: tenantID, campaignID: campaignID, firstID: first, lastID: last, recordedAt: now)]
            } else {
                DispatchedChunk.naming(written, tenantID: tenantID, campaignID: campaignID, recordedAt: now)
            }
        try await InboxRepository.announce(facts, now: now, on: connection)
        return written
    }

    /// - Returns: the ids that left.
    private static func write(_ departure: Departure, now: Date, on connection: PostgresConnection) async throws -> [UUID] {
        try await connection.query("WITH \(sql: departure.parts(now: now)) SELECT id FROM logged").map { try $0.get("id") }
    }

    /// The statement that closes a chunk that is still held, and records those of its messages that leave the queue; it answers `is_ours`.
    private static func finishing(
        _ chunk: Chunk,
        outcomes: [UUID: HandoverOutcome],
        checkAfter: Date?,
        now: Date
    ) throws -> SQL {
        let anySent = outcomes.values.contains { $0.disposition == .sent }
        var parts: [SQL] = ["closed AS (\(sql: closing(chunk, checkAfter: anySent ? checkAfter : nil)))"]
        if let recorded = RecordedOutcomes(outcomes) {
            let departure = Departure(
                tenantID: chunk.tenantID,
                campaignID: chunk.campaignID,
                priority: chunk.priority,
                outcomes: recorded,
                selection: "EXISTS (SELECT FROM closed) AND \(sql: messages(of: chunk))"
            )
            let fact = DispatchedChunk(
                tenantID: chunk.tenantID,
                campaignID: chunk.campaignID,
                firstID: chunk.firstID,
                lastID: chunk.lastID,
                recordedAt: now
            )
            parts.append(departure.parts(now: now))
            parts.append("told AS (\(sql: try InboxRepository.announcing([fact], if: "EXISTS (SELECT FROM logged)", now: now)))")
        }
        return "WITH \(sql: .joined(parts, separator: ", ")) SELECT EXISTS (SELECT FROM closed) AS is_ours"
    }

    /// Rows `m`; nothing comes into a chunk after it was made.
    private static func messages(of chunk: Chunk) -> SQL {
        "m.in_chunk AND m.id BETWEEN \(chunk.firstID) AND \(chunk.lastID)"
    }

    private static func closing(_ chunk: Chunk, checkAfter: Date?) -> SQL {
        guard let checkAfter else { return "DELETE FROM queue_chunks q WHERE \(sql: chunk.isHeld) RETURNING true" }
        return """
            UPDATE queue_chunks q SET state = 'handed_over', check_after = \(checkAfter), lease_owner = NULL, lease_until = NULL,
                lease_token = NULL
            WHERE \(sql: chunk.isHeld) RETURNING true
            """
    }

    /// The statement that puts messages back into the queue on their own; nil when none was put off.
    private static func deferring(
        _ outcomes: [UUID: HandoverOutcome],
        tenantID: UUID,
        campaignID: UUID,
        priority: Int16,
        selection: SQL
    ) -> SQL? {
        let deferred = outcomes.compactMap { id, outcome -> (UUID, Date, String)? in
            guard case .deferred(let until, let reason) = outcome.disposition else { return nil }
            return (id, until, reason)
        }
        guard !deferred.isEmpty else { return nil }
        return """
            UPDATE message_queue m
            SET in_chunk = false, due_at = d.due_at, last_error = d.reason, attempts = m.attempts + 1,
                lease_until = NULL, lease_token = NULL
            FROM (SELECT unnest(\(deferred.map(\.0))::uuid[]) AS id, unnest(\(deferred.map(\.1))::timestamptz[]) AS due_at,
                         unnest(\(deferred.map(\.2))::text[]) AS reason) d
            WHERE m.tenant_id = \(tenantID) AND m.priority = \(priority) AND m.campaign_id = \(campaignID)
              AND m.id = d.id AND \(sql: selection)
            """
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
