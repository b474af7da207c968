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

    /// The parts of a statement (`due`, `next`) that put into the queue what waited for messages to fail.
    ///
    /// - Parameter failed: a query of `tenant_id` and `id`.
    static func queueing(after failed: SQL, now: Date) -> SQL {
        """
        due AS (
            DELETE FROM message_fallbacks f USING (\(sql: failed)) failed
            WHERE f.tenant_id = failed.tenant_id AND f.after_id = failed.id RETURNING f.*),
        next AS (
            INSERT INTO message_queue (tenant_id, priority, id, request_id, channel, recipient, merge_values, in_chunk, due_at, age_from)
            SELECT tenant_id, priority, id, request_id, channel, recipient, merge_values, false, \(now), \(now) FROM due)
        """
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
