import Postgres

/// Keeps a daemon from running on a schema that it was not built for.
package enum SchemaGuard {
    private static let undefinedTable = "42P01"

    /// Checks that the database is at exactly `Schema.expectedVersion`; one cheap query.
    ///
    /// - Throws: `SchemaError` (`behind`, `ahead`), whose message says what to do; `PostgresError` when the database cannot be asked.
    package static func requireCurrent(_ client: PostgresClient) async throws {
        try require(try await version(client), expected: Schema.expectedVersion)
    }

    /// The highest migration applied; 0 for an empty database.
    package static func version(_ client: PostgresClient) async throws -> Int {
        do {
            let rows = try await client.query("SELECT coalesce(max(version), 0) AS version FROM schema_migrations")
            return try rows.first?.get("version") ?? 0
        } catch let error as PostgresError where error.sqlState == undefinedTable {
            return 0
        }
    }

    static func require(_ version: Int, expected: Int) throws {
        if version < expected {
            throw SchemaError(
                .behind,
                "the database is at schema version \(version), this program needs \(expected): run `commctl migrate up`"
            )
        }
        if version > expected {
            throw SchemaError(
                .ahead,
                "the database is at schema version \(version), this program knows \(expected) only: install the version that fits the database"
            )
        }
    }
}
