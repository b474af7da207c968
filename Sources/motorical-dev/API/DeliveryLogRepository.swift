import Foundation
import Postgres

/// Reads `email_logs` for the public API, newest first.
struct DeliveryLogRepository: Sendable {
    private let client: PostgresClient

    init(client: PostgresClient) {
        self.client = client
    }

    /// Where a page ended.
    struct Cursor: Sendable, Equatable {
        /// `created_at` in microseconds since 1970.
        let createdAt: Int64
        let id: UUID

        init(createdAt: Int64, id: UUID) {
            self.createdAt = createdAt
            self.id = id
        }

        /// Reads what `text` wrote; nil for anything else.
        init?(_ text: some StringProtocol) {
            let halves = text.split(separator: "_")
            guard halves.count == 2, let createdAt = Int64(halves[0]), let id = UUID(uuidString: String(halves[1])) else { return nil }
            self.init(createdAt: createdAt, id: id)
        }

        var text: String { "\(createdAt)_\(id.uuidString.lowercased())" }
    }

    struct Entry: Sendable {
        let id: UUID
        let messageID: String?
        let status: String
        let campaignID: String?
        let contactID: String?
        let tenantID: String?
        let updatedAt: Date
        let cursor: Cursor
    }

    /// A page of a motor block's mails.
    ///
    /// - Parameter since: leaves out those that have not changed from then on.
    func page(motorBlock: UUID, limit: Int, since: Date?, after cursor: Cursor?) async throws -> [Entry] {
        let rows = try await client.query(
            """
            SELECT id, message_id, status, updated_at,
                metadata->>'campaign_id' AS campaign_id, metadata->>'contact_id' AS contact_id, metadata->>'tenant_id' AS tenant_id,
                (extract(epoch FROM created_at) * 1000000)::bigint AS created
            FROM email_logs
            WHERE motor_block_id = \(motorBlock)
                AND (\(since)::timestamptz IS NULL OR updated_at >= \(since)::timestamptz)
                AND (\(cursor?.id)::uuid IS NULL
                    OR (created_at, id) < (timestamptz 'epoch' + \(cursor?.createdAt ?? 0)::bigint * interval '1 microsecond', \(cursor?.id)::uuid))
            ORDER BY created_at DESC, id DESC
            LIMIT \(limit)
            """
        )
        return try rows.map(Self.entry)
    }

    private static func entry(_ row: PostgresRow) throws -> Entry {
        let id: UUID = try row.get("id")
        return Entry(
            id: id,
            messageID: try row.get("message_id"),
            status: try row.get("status"),
            campaignID: try row.get("campaign_id"),
            contactID: try row.get("contact_id"),
            tenantID: try row.get("tenant_id"),
            updatedAt: try row.get("updated_at"),
            cursor: Cursor(createdAt: try row.get("created"), id: id)
        )
    }
}
