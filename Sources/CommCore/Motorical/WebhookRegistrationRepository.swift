import FoundationEssentials
import Postgres

/// The motor blocks whose events are wanted, and whether the platform knows.
struct WebhookRegistrationRepository: Sendable {
    struct Wish: Sendable, Equatable {
        let tenantID: UUID
        let motorBlockID: UUID
        /// This one included.
        let attempts: Int
    }

    /// For how long nobody else tries what was claimed (seconds).
    private static let lease: TimeInterval = 120

    let client: PostgresClient

    /// Leaves the wish behind, unless it is there already.
    static func wish(tenantID: UUID, motorBlockID: UUID?, now: Date, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO webhook_registrations (tenant_id, motor_block_id, due_at, created_at)
            VALUES (\(tenantID), \(motorBlockID), \(now), \(now)) ON CONFLICT DO NOTHING
            """
        )
    }

    /// Takes what is due, for one attempt each.
    func claim(url: String, mostAttempts: Int, limit: Int, now: Date) async throws -> [Wish] {
        let rows = try await client.query(
            """
            UPDATE webhook_registrations w
               SET attempts = CASE WHEN w.url IS DISTINCT FROM \(url)::text THEN 1 ELSE w.attempts + 1 END, url = \(url)::text,
                   registered_at = NULL, due_at = \(now + Self.lease)
              FROM (SELECT tenant_id, motor_block_id FROM webhook_registrations
                     WHERE url IS DISTINCT FROM \(url)::text
                        OR registered_at IS NULL AND attempts < \(mostAttempts) AND due_at <= \(now)
                     ORDER BY due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED) due
             WHERE w.tenant_id = due.tenant_id AND w.motor_block_id = due.motor_block_id
            RETURNING w.tenant_id, w.motor_block_id, w.attempts
            """
        )
        return try rows.map {
            Wish(tenantID: try $0.get("tenant_id"), motorBlockID: try $0.get("motor_block_id"), attempts: try $0.get("attempts"))
        }
    }

    func succeed(_ wish: Wish, now: Date) async throws {
        try await client.execute(
            """
            UPDATE webhook_registrations SET registered_at = \(now), last_error = NULL
             WHERE tenant_id = \(wish.tenantID) AND motor_block_id = \(wish.motorBlockID)
            """
        )
    }

    func fail(_ wish: Wish, reason: String, dueAt: Date) async throws {
        try await client.execute(
            """
            UPDATE webhook_registrations SET last_error = \(reason), due_at = \(dueAt)
             WHERE tenant_id = \(wish.tenantID) AND motor_block_id = \(wish.motorBlockID)
            """
        )
    }
}
