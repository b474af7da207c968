import FoundationEssentials
import Postgres

/// The saved filters of a tenant; names are unique without regard to case.
package struct SavedFilterRepository: Sendable {
    private static let longestName = 200
    /// The most that a tenant keeps: they are listed whole.
    private static let most = 500
    private static let uniqueName = "recipient_filters_name"

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Keeps a filter under a name; `SegmentError.nameTaken` when there is one of that name.
    package func create(tenantID: UUID, name: String?, filter: RecipientFilter) async throws -> SavedFilter {
        let name = try Self.checked(name)
        let now = time.now
        let stored = try filter.stored
        return try await Self.unlessNameTaken {
            try await client.withTenant(tenantID) { connection in
                let count: Int64 = try await connection.query(
                    "SELECT count(*) AS n FROM recipient_filters WHERE tenant_id = \(tenantID)"
                ).one { try $0.get("n") }
                guard count < Self.most else {
                    throw SegmentError.invalid("name", "at most \(Self.most) filters are kept; delete one that is not needed")
                }
                return try await connection.query(
                    """
                    INSERT INTO recipient_filters AS f (tenant_id, id, name, filter, created_at, updated_at)
                    VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(name), \(stored), \(now), \(now))
                    RETURNING \(sql: SavedFilter.columns)
                    """
                ).one(SavedFilter.init(row:))
            }
        }
    }

    /// All of them, by name.
    package func list(tenantID: UUID) async throws -> [SavedFilter] {
        try await client.query(
            "SELECT \(sql: SavedFilter.columns) FROM recipient_filters f WHERE f.tenant_id = \(tenantID) ORDER BY lower(f.name), f.id",
            tenant: tenantID
        ).map(SavedFilter.init(row:))
    }

    /// One; `SegmentError.notFound` when the tenant has none of that id.
    package func get(tenantID: UUID, id: UUID) async throws -> SavedFilter {
        let rows = try await client.query(
            "SELECT \(sql: SavedFilter.columns) FROM recipient_filters f WHERE f.tenant_id = \(tenantID) AND f.id = \(id)",
            tenant: tenantID
        )
        guard let row = rows.first else { throw SegmentError.filterNotFound }
        return try SavedFilter(row: row)
    }

    /// Changes name or filter; what is nil stays.
    package func update(tenantID: UUID, id: UUID, name: String?, filter: RecipientFilter?) async throws -> SavedFilter {
        let name = try name.map(Self.checked)
        let stored = try filter?.stored
        let now = time.now
        let rows = try await Self.unlessNameTaken {
            try await client.query(
                """
                UPDATE recipient_filters f
                   SET name = coalesce(\(name), f.name), filter = coalesce(\(stored), f.filter), updated_at = \(now)
                 WHERE f.tenant_id = \(tenantID) AND f.id = \(id)
                RETURNING \(sql: SavedFilter.columns)
                """,
                tenant: tenantID
            )
        }
        guard let row = rows.first else { throw SegmentError.filterNotFound }
        return try SavedFilter(row: row)
    }

    /// Deletes one; `SegmentError.notFound` when the tenant has none of that id.
    package func delete(tenantID: UUID, id: UUID) async throws {
        let rows = try await client.query(
            "DELETE FROM recipient_filters WHERE tenant_id = \(tenantID) AND id = \(id) RETURNING id",
            tenant: tenantID
        )
        guard !rows.isEmpty else { throw SegmentError.filterNotFound }
    }

    private static func checked(_ name: String?) throws -> String {
        var check = FieldCheck()
        check.requiredLine("name", name, limit: longestName)
        guard let name, check.problems.isEmpty else { throw SegmentError.invalid(check.problems) }
        return name
    }

    private static func unlessNameTaken<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.isUniqueViolation(of: uniqueName) {
            throw SegmentError.nameTaken
        }
    }
}
