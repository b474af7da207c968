import FoundationEssentials
import Postgres

/// SQL of the bulk lanes: chunks are claimed tenant by tenant in turn, one at a time, under a lease with a fencing token.
package struct ChunkRepository: Sendable {
    /// Newsletters go before campaigns that have waited no longer than this (seconds): age promotes, so nobody waits for ever.
    static let headStart: TimeInterval = 15 * 60

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Claims the next chunk of the tenant that was served longest ago.
    ///
    /// - Parameters:
    ///   - owner: who claims, for people who look at the table.
    ///   - lease: seconds for which the claim holds unless renewed.
    /// - Returns: nil when no chunk is due.
    package func claim(owner: String, lease: TimeInterval, now: Date) async throws -> Chunk? {
        for tenant in try await tenantsInTurn() {
            if let chunk = try await claim(tenant: tenant, owner: owner, lease: lease, now: now) { return chunk }
        }
        return nil
    }

    private func tenantsInTurn() async throws -> [UUID] {
        try await client.query("SELECT tenant_id FROM lane_turns ORDER BY served_at").map { try $0.get("tenant_id") }
    }

    private func claim(tenant: UUID, owner: String, lease: TimeInterval, now: Date) async throws -> Chunk? {
        let token = UUIDv7.make(at: now)
        return try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                WITH due AS (
                    SELECT d.* FROM (VALUES (2::smallint, 0.0), (3::smallint, \(Self.headStart)::float8)) AS lane (priority, seconds)
                    CROSS JOIN LATERAL (
                        SELECT q.tenant_id, q.campaign_id, q.chunk_no, q.state AS state_before, s.delay_seconds_between_chunks AS delay,
                               q.created_at + lane.seconds * interval '1 second' AS turn
                        FROM queue_chunks q
                        JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id
                        LEFT JOIN campaign_send_settings s ON s.tenant_id = q.tenant_id AND s.campaign_id = q.campaign_id
                        WHERE q.tenant_id = \(tenant) AND q.priority = lane.priority
                          AND (q.state = 'open' OR q.state = 'leased' AND q.lease_until < \(now))
                          AND c.status = 'sending' AND (c.next_chunk_at IS NULL OR c.next_chunk_at <= \(now))
                          AND (q.due_at IS NULL OR q.due_at <= \(now)) AND \(sql: WindowRepository.isOpen(now: now))
                          AND \(sql: QueuePauses.isOpen(tenant: "\(tenant)", channel: "'email'", now: now))
                        ORDER BY q.created_at, q.chunk_no LIMIT 1 FOR UPDATE OF q SKIP LOCKED) d
                    ORDER BY d.turn LIMIT 1)
                UPDATE queue_chunks q
                SET state = 'leased', attempts = q.attempts + 1, lease_owner = \(owner), lease_token = \(token),
                    lease_until = \(now.addingTimeInterval(lease)),
                    crashes = q.crashes + CASE WHEN due.state_before = 'leased' THEN 1 ELSE 0 END
                FROM due
                WHERE q.tenant_id = due.tenant_id AND q.campaign_id = due.campaign_id AND q.chunk_no = due.chunk_no
                RETURNING q.*, due.delay
                """
            )
            guard let row = rows.first else { return nil }
            let chunk = try Self.chunk(row, token: token)
            // Pacing is global: whoever moves next_chunk_at owns the turn, a second sender finds it moved and gives up its claim.
            if let delay: Int = try row.get("delay"), delay > 0 {
                let moved = try await connection.execute(
                    """
                    UPDATE campaigns SET next_chunk_at = \(now.addingTimeInterval(TimeInterval(delay)))
                    WHERE tenant_id = \(tenant) AND id = \(chunk.campaignID) AND (next_chunk_at IS NULL OR next_chunk_at <= \(now))
                    """
                )
                guard moved == 1 else { throw LostTurn() }
            }
            try await connection.execute("UPDATE lane_turns SET served_at = \(now) WHERE tenant_id = \(tenant)")
            return chunk
        } onLostTurn: {
            nil
        }
    }

    private static func chunk(_ row: PostgresRow, token: UUID) throws -> Chunk {
        Chunk(
            tenantID: try row.get("tenant_id"),
            campaignID: try row.get("campaign_id"),
            number: try row.get("chunk_no"),
            scopeNumber: try row.get("scope_no"),
            priority: try row.get("priority"),
            firstID: try row.get("first_id"),
            lastID: try row.get("last_id"),
            size: try row.get("size"),
            attempts: try row.get("attempts"),
            crashes: try row.get("crashes"),
            token: token
        )
    }

    /// Extends the lease.
    ///
    /// - Returns: false when the chunk has another holder by now, or its campaign no longer sends: then nothing more may be done.
    package func renew(_ chunk: Chunk, lease: TimeInterval, now: Date) async throws -> Bool {
        try await client.execute(
            """
            UPDATE queue_chunks q SET lease_until = \(now.addingTimeInterval(lease))
            FROM campaigns c
            WHERE q.tenant_id = \(chunk.tenantID) AND q.campaign_id = \(chunk.campaignID) AND q.chunk_no = \(chunk.number)
              AND q.lease_token = \(chunk.token) AND q.state = 'leased'
              AND c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'sending'
            """
        ) == 1
    }

    /// Gives a chunk back unfinished, to be claimed again by anyone.
    ///
    /// - Parameter until: not before that time; nil: at once.
    package func release(_ chunk: Chunk, until: Date? = nil) async throws {
        try await client.execute(
            """
            UPDATE queue_chunks SET state = 'open', lease_owner = NULL, lease_until = NULL, lease_token = NULL,
                due_at = coalesce(\(until), due_at)
            WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID) AND chunk_no = \(chunk.number)
              AND lease_token = \(chunk.token) AND state = 'leased'
            """
        )
    }

    /// Breaks a chunk that outlived several senders into single messages, so that the one at fault can be told from its neighbours.
    package func split(_ chunk: Chunk, now: Date) async throws {
        try await client.withTransaction { connection in
            let fenced = try await connection.execute(
                """
                DELETE FROM queue_chunks
                WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID) AND chunk_no = \(chunk.number)
                  AND lease_token = \(chunk.token)
                """
            )
            guard fenced == 1 else { return }
            try await connection.execute(
                """
                WITH numbered AS (
                    UPDATE campaign_expansions SET next_chunk = next_chunk + \(chunk.size)
                    WHERE tenant_id = \(chunk.tenantID) AND campaign_id = \(chunk.campaignID)
                    RETURNING next_chunk - \(chunk.size) AS first_no)
                INSERT INTO queue_chunks (tenant_id, campaign_id, chunk_no, priority, first_id, last_id, size, attempts,
                                          scope_no, created_at)
                SELECT m.tenant_id, m.campaign_id, n.first_no + row_number() OVER (ORDER BY m.id) - 1, m.priority, m.id, m.id, 1,
                       \(chunk.attempts), \(chunk.scopeNumber), \(now)
                FROM message_queue m, numbered n
                WHERE m.tenant_id = \(chunk.tenantID) AND m.priority = \(chunk.priority) AND m.campaign_id = \(chunk.campaignID)
                  AND m.id BETWEEN \(chunk.firstID) AND \(chunk.lastID) AND m.in_chunk
                """
            )
        }
    }
}

/// Another sender took the campaign's turn between our look and our write.
private struct LostTurn: Error {}

extension PostgresClient {
    fileprivate func withTransaction<R: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> R,
        onLostTurn: () -> R
    ) async throws -> R {
        do {
            return try await withTransaction(body)
        } catch is LostTurn {
            return onLostTurn()
        }
    }
}
