import FoundationEssentials
import Postgres

/// The classes that a tenant gives to its own types of messages.
package struct MessageTypeRepository: Sendable {
    /// Types that one tenant may name.
    static let most = 500

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// A type with its class.
    package struct Entry: Sendable, Equatable {
        package let type: String
        package let priority: Priority
        package let updatedAt: Date
    }

    /// By name.
    package func list(tenantID: UUID) async throws -> [Entry] {
        try await client.withTenant(tenantID) { connection in
            try await connection.query("SELECT * FROM message_types WHERE tenant_id = \(tenantID) ORDER BY message_type").map(Self.entry)
        }
    }

    /// Sets the class of a type.
    ///
    /// - Throws: `MessageError` with `invalid`.
    package func set(tenantID: UUID, type: String, priority: String?) async throws -> Entry {
        let now = time.now
        var check = MessageCheck(now: now)
        let type = check.type(type)
        if priority == nil { check.problems.append(.required("priority")) }
        let priority = check.priority(priority)
        guard check.problems.isEmpty, let priority else { throw MessageError.invalid(check.problems) }
        return try await client.withTenant(tenantID) { connection in
            let rows = try await connection.query(
                """
                INSERT INTO message_types AS t (tenant_id, message_type, priority, updated_at)
                SELECT \(tenantID), \(type), \(priority.rawValue), \(now)
                WHERE (SELECT count(*) FROM message_types WHERE tenant_id = \(tenantID) AND message_type <> \(type)) < \(Self.most)
                ON CONFLICT (tenant_id, message_type) DO UPDATE SET priority = excluded.priority, updated_at = excluded.updated_at
                RETURNING *
                """
            )
            guard let row = rows.first else { throw MessageError(.invalid, "There are \(Self.most) message types already") }
            return try Self.entry(row)
        }
    }

    /// - Throws: `MessageError` with `notFound`.
    package func delete(tenantID: UUID, type: String) async throws {
        let deleted = try await client.withTenant(tenantID) { connection in
            try await connection.execute("DELETE FROM message_types WHERE tenant_id = \(tenantID) AND message_type = \(type)")
        }
        guard deleted == 1 else { throw MessageError(.notFound, "Message type not found") }
    }

    private static func entry(_ row: PostgresRow) throws -> Entry {
        let number: Int16 = try row.get("priority")
        return Entry(
            type: try row.get("message_type"),
            priority: Priority(rawValue: number) ?? .transactional,
            updatedAt: try row.get("updated_at")
        )
    }
}
