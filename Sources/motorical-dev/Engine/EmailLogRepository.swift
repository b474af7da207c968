import Foundation
import MIME
import Postgres

/// The platform's side of `email_logs` and the tables about bounces.
struct EmailLogRepository: Sendable {
    private let client: PostgresClient

    init(client: PostgresClient) {
        self.client = client
    }

    /// Moves rows on from `queued`, and says which ones were.
    func markProcessing(_ ids: [UUID], at now: Date) async throws -> Set<UUID> {
        let rows = try await client.query(
            """
            UPDATE email_logs SET status = 'processing', updated_at = \(now)
            WHERE id = ANY (\(ids)) AND status = 'queued'
            RETURNING id
            """
        )
        return Set(try rows.map { try $0.get("id") })
    }

    /// The status of each row that is there.
    func statuses(of ids: [UUID]) async throws -> [UUID: String] {
        let rows = try await client.query("SELECT id, status FROM email_logs WHERE id = ANY (\(ids))")
        return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.get("id"), try $0.get("status")) })
    }

    /// Writes what became of a batch; may be repeated.
    func record(_ results: [DeliveryResult], at now: Date) async throws {
        guard !results.isEmpty else { return }
        try await client.execute(
            """
            UPDATE email_logs AS log
            SET status = result.status, message_id = result.message_id, updated_at = \(now)
            FROM unnest(\(results.map(\.job.id)), \(results.map(\.status.rawValue)), \(results.map(\.job.messageID)))
                AS result (id, status, message_id)
            WHERE log.id = result.id
            """
        )
        try await recordBounces(results.filter { $0.status == .bounced }, at: now)
    }

    private func recordBounces(_ bounces: [DeliveryResult], at now: Date) async throws {
        guard !bounces.isEmpty else { return }
        try await client.execute(
            """
            WITH bounce AS (
                SELECT * FROM unnest(\(bounces.map(\.job.id)), \(bounces.map { $0.job.recipients[0].address }), \(bounces.map { $0.code ?? 0 }))
                    AS bounce (id, recipient, code)
            ), event AS (
                INSERT INTO email_events (id, recipient_email) SELECT id, recipient FROM bounce
                ON CONFLICT (id) DO NOTHING
                RETURNING id
            )
            INSERT INTO bounce_analysis (email_event_id, smtp_code, bounce_category, created_at)
            SELECT id, code::integer, 'hard', \(now) FROM bounce JOIN event USING (id)
            """
        )
    }

    /// Adds the row of a mail that came by the public API.
    func insert(_ row: NewRow) async throws {
        try await client.execute(
            """
            INSERT INTO email_logs (id, motor_block_id, from_address, to_address, subject, body_size, status, metadata)
            VALUES (\(row.id), \(row.motorBlockID), \(row.from), \(row.to), \(row.subject), \(Int32(row.bodySize)), 'queued', \(row.metadata))
            """
        )
    }

    /// A row before anything happened to it.
    struct NewRow: Sendable {
        let id: UUID
        let motorBlockID: UUID
        let from: String
        let to: String
        let subject: String
        let bodySize: Int
        let metadata: PostgresJSON
    }
}
