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
        let token = UUIDv7.make(at: now)
        while true {
            let rows = try await client.query(Self.claiming(owner: owner, token: token, lease: lease, now: now))
            guard let row = rows.first else { return nil }
            // Another sender took the campaign's turn between our look and our write: there may be other work.
            guard try row.get("is_taken") else { continue }
            return try Self.chunk(row, token: token)
        }
    }

    /// One statement: the first chunk that is due, looked for tenant by tenant in turn; its lease; and the turns that are used up by it.
    ///
    /// Pacing is global: whoever moves next_chunk_at owns the turn. A tenant's turn that another sender writes just now is left to it.
    private static func claiming(owner: String, token: UUID, lease: TimeInterval, now: Date) -> SQL {
        """
        WITH due AS (
            SELECT d.* FROM (SELECT tenant_id FROM lane_turns ORDER BY served_at) tenant
            CROSS JOIN LATERAL (
                SELECT l.* FROM (VALUES (2::smallint, 0.0), (3::smallint, \(headStart)::float8)) AS lane (priority, seconds)
                CROSS JOIN LATERAL (
                    SELECT q.tenant_id, q.campaign_id, q.chunk_no, q.state AS state_before,
                           coalesce(s.delay_seconds_between_chunks, 0) AS delay, q.created_at + lane.seconds * interval '1 second' AS turn
                    FROM queue_chunks q
                    JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id
                    LEFT JOIN campaign_send_settings s ON s.tenant_id = q.tenant_id AND s.campaign_id = q.campaign_id
                    WHERE q.tenant_id = tenant.tenant_id AND q.priority = lane.priority
                      AND (q.state = 'open' OR q.state = 'leased' AND q.lease_until < \(now))
                      AND c.status = 'sending' AND (c.next_chunk_at IS NULL OR c.next_chunk_at <= \(now))
                      AND (q.due_at IS NULL OR q.due_at <= \(now)) AND \(sql: WindowRepository.isOpen(now: now))
                      AND \(sql: QueuePauses.isOpen(tenant: "tenant.tenant_id", channel: "'email'", now: now))
                    ORDER BY q.created_at, q.chunk_no LIMIT 1 FOR UPDATE OF q SKIP LOCKED) l
                ORDER BY l.turn LIMIT 1) d
            LIMIT 1),
        paced AS (
            UPDATE campaigns c SET next_chunk_at = \(now)::timestamptz + make_interval(secs => due.delay)
            FROM due
            WHERE due.delay > 0 AND c.tenant_id = due.tenant_id AND c.id = due.campaign_id
              AND (c.next_chunk_at IS NULL OR c.next_chunk_at <= \(now))
            RETURNING c.id),
        taken AS (
            UPDATE queue_chunks q
            SET state = 'leased', attempts = q.attempts + 1, lease_owner = \(owner), lease_token = \(token),
                lease_until = \(now.addingTimeInterval(lease)),
                crashes = q.crashes + CASE WHEN due.state_before = 'leased' THEN 1 ELSE 0 END
            FROM due
            WHERE q.tenant_id = due.tenant_id AND q.campaign_id = due.campaign_id AND q.chunk_no = due.chunk_no
              AND (due.delay = 0 OR EXISTS (SELECT FROM paced))
            RETURNING q.*),
        turned AS (
            UPDATE lane_turns t SET served_at = \(now)
            WHERE t.tenant_id = (SELECT f.tenant_id FROM lane_turns f JOIN taken ON taken.tenant_id = f.tenant_id FOR UPDATE OF f SKIP LOCKED))
        SELECT taken.*, taken.tenant_id IS NOT NULL AS is_taken FROM due LEFT JOIN taken ON true
        """
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
            WHERE \(sql: chunk.isHeld)
              AND c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'sending'
            """
        ) == 1
    }

    /// Whether the chunk is still the caller's, and its campaign sends: if not, nothing more may be done.
    package func isHeld(_ chunk: Chunk) async throws -> Bool {
        let rows = try await client.query(
            """
            SELECT FROM queue_chunks q JOIN campaigns c ON c.tenant_id = q.tenant_id AND c.id = q.campaign_id AND c.status = 'sending'
            WHERE \(sql: chunk.isHeld)
            """
        )
        return !rows.isEmpty
    }

    /// Gives a chunk back unfinished, to be claimed again by anyone.
    ///
    /// - Parameter until: not before that time; nil: at once.
    package func release(_ chunk: Chunk, until: Date? = nil) async throws {
        try await client.execute(
            """
            UPDATE queue_chunks q SET state = 'open', lease_owner = NULL, lease_until = NULL, lease_token = NULL,
                due_at = coalesce(\(until), q.due_at)
            WHERE \(sql: chunk.isHeld)
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
