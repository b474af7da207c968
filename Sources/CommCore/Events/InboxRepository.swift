import FoundationEssentials
import Postgres

/// SQL of the event inbox.
enum InboxRepository {
    struct NewRow {
        let id: UUID
        let source: String
        let payload: String
        let receivedAt: Date
    }

    struct Row: Sendable {
        let id: UUID
        let source: String
        let payload: String
        let receivedAt: Date
        let attempts: Int
    }

    /// Inserts in one statement; a row that is there already (the same id) is left as it is.
    static func insert(_ rows: [NewRow], on client: PostgresClient) async throws {
        try await client.execute(insertion(rows))
    }

    static func insert(_ rows: [NewRow], on connection: PostgresConnection) async throws {
        try await connection.execute(insertion(rows))
    }

    /// Tells the event pipeline what is in the delivery log, in the transaction that wrote it.
    static func announce(_ facts: [DispatchedChunk], now: Date, on connection: PostgresConnection) async throws {
        guard !facts.isEmpty else { return }
        try await connection.execute(announcing(facts, now: now))
    }

    /// The statement of it.
    static func announcing(_ facts: [DispatchedChunk], if condition: SQL = "true", now: Date) throws -> SQL {
        insertion(
            try facts.map {
                NewRow(id: UUIDv7.make(at: now), source: DispatchedChunk.source, payload: try $0.json(), receivedAt: now)
            },
            if: condition
        )
    }

    private static func insertion(_ rows: [NewRow], if condition: SQL = "true") -> SQL {
        let received = rows.map(\.receivedAt)
        return """
            INSERT INTO event_inbox (id, source, payload, received_at, due_at)
            SELECT unnest(\(rows.map(\.id))::uuid[]), unnest(\(rows.map(\.source))::text[]),
                   unnest(\(rows.map(\.payload))::text[])::jsonb, unnest(\(received)::timestamptz[]),
                   unnest(\(received)::timestamptz[])
            WHERE \(sql: condition)
            ON CONFLICT DO NOTHING
            """
    }

    /// When the fact that has waited longest was received; nil when none waits.
    ///
    /// Rows are due in the order of their arrival, but for those that are tried again.
    static func oldest(on client: PostgresClient) async throws -> Date? {
        try await client.query("SELECT received_at FROM event_inbox ORDER BY due_at, id LIMIT 1").first?.get("received_at")
    }

    /// Locks due rows for the running transaction, oldest first; rows that another worker holds are passed over.
    static func claim(limit: Int, now: Date, on connection: PostgresConnection) async throws -> [Row] {
        try await connection.query(
            """
            SELECT id, source, payload::text AS payload, received_at, attempts FROM event_inbox
            WHERE due_at <= \(now)
            ORDER BY due_at, id LIMIT \(limit) FOR UPDATE SKIP LOCKED
            """
        ).map { row in
            Row(
                id: try row.get("id"),
                source: try row.get("source"),
                payload: try row.get("payload"),
                receivedAt: try row.get("received_at"),
                attempts: try row.get("attempts")
            )
        }
    }

    static func delete(_ ids: [UUID], on connection: PostgresConnection) async throws {
        guard !ids.isEmpty else { return }
        try await connection.execute("DELETE FROM event_inbox WHERE id = ANY(\(ids)::uuid[])")
    }

    /// Puts rows back for later, with the reason.
    static func park(_ rows: [(id: UUID, dueAt: Date, reason: String)], on connection: PostgresConnection) async throws {
        guard !rows.isEmpty else { return }
        try await connection.execute(
            """
            UPDATE event_inbox i SET attempts = least(i.attempts + 1, 32000), due_at = p.due_at, last_error = p.reason
            FROM (SELECT unnest(\(rows.map(\.id))::uuid[]) AS id, unnest(\(rows.map(\.dueAt))::timestamptz[]) AS due_at,
                         unnest(\(rows.map(\.reason))::text[]) AS reason) p
            WHERE i.id = p.id
            """
        )
    }
}
