import FoundationEssentials
import Postgres

/// SQL of messages that wait for another one to fail.
enum FallbackRepository {
    /// Outcomes and events after which the next channel is tried; one whose outcome is not known may have arrived.
    static let outcomes: SQL = "('failed', 'suppressed')"

    /// A message that goes out when another one cannot.
    struct Fallback: Sendable {
        let afterID: UUID
        let id: UUID
        let request: NewMessageRequest
        let address: MessageAddress
        let values: [String?]
    }

    static func insert(_ fallback: Fallback, on connection: PostgresConnection) async throws {
        let request = fallback.request
        try await connection.execute(
            """
            INSERT INTO message_fallbacks (tenant_id, after_id, id, request_id, priority, channel, recipient, merge_values, created_at)
            VALUES (\(request.tenantID), \(fallback.afterID), \(fallback.id), \(request.id), \(request.priority.rawValue),
                    \(request.message.channel), \(fallback.address.deliverable), \(fallback.values)::text[], \(request.createdAt))
            """
        )
    }

    /// Whether a row `f` waits for its message to fail.
    static let isWaiting: SQL = "f.used_at IS NULL AND f.cancelled_at IS NULL"

    /// The parts of a statement (`due`, `next`) that put into the queue what waited for messages to fail.
    ///
    /// - Parameter failed: a query of `tenant_id` and `id`.
    static func queueing(after failed: SQL, now: Date) -> SQL {
        """
        due AS (
            UPDATE message_fallbacks f SET used_at = \(now) FROM (\(sql: failed)) failed
            WHERE f.tenant_id = failed.tenant_id AND f.after_id = failed.id AND \(sql: isWaiting) RETURNING f.*),
        next AS (
            INSERT INTO message_queue (tenant_id, priority, id, request_id, channel, recipient, merge_values, in_chunk, due_at, age_from)
            SELECT tenant_id, priority, id, request_id, channel, recipient, merge_values, false, \(now), \(now) FROM due)
        """
    }

    /// Takes back what waits behind a message, and what waits behind that.
    ///
    /// - Parameter includingItself: the message is one that waits; it is taken back, too.
    /// - Returns: what was taken back.
    static func cancel(
        behind id: UUID,
        includingItself: Bool = false,
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Set<UUID> {
        let rows = try await connection.query(
            """
            WITH RECURSIVE behind AS (
                SELECT f.after_id, f.id FROM message_fallbacks f
                 WHERE f.tenant_id = \(tenantID) AND \(sql: includingItself ? "f.id" : "f.after_id") = \(id)
                UNION ALL
                SELECT f.after_id, f.id FROM behind b JOIN message_fallbacks f ON f.tenant_id = \(tenantID) AND f.after_id = b.id)
            UPDATE message_fallbacks f SET cancelled_at = \(now) FROM behind b
             WHERE f.tenant_id = \(tenantID) AND f.after_id = b.after_id AND \(sql: isWaiting)
            RETURNING f.id
            """
        )
        return Set(try rows.map { try $0.get("id") })
    }

    /// Queues what waited for messages that have come back.
    static func queue(after events: [Event], now: Date, on connection: PostgresConnection) async throws {
        let failed = events.filter { [.bounced, .failed, .blocked].contains($0.type) && $0.messageID != nil }
        guard !failed.isEmpty else { return }
        let query: SQL = """
            SELECT unnest(\(failed.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(failed.map(\.messageID))::uuid[]) AS id
            """
        try await connection.execute("WITH \(sql: queueing(after: query, now: now)) SELECT")
    }
}
