import FoundationEssentials
import Postgres

/// Advisory locks, held until the end of the transaction, taken in the order of their keys.
enum RollUpLock {
    private static let projecting = 11
    private static let ordering = 12

    /// Others may project these campaigns too, but nobody rebuilds them.
    static func share(_ campaigns: Set<UUID?>, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock_shared", projecting, campaigns, on: connection)
    }

    /// The same, or false when one of them is being rebuilt.
    static func tryToShare(_ campaigns: Set<UUID?>, on connection: PostgresConnection) async throws -> Bool {
        let ids = campaigns.map { $0?.uuidString ?? RollUpTable.noCampaign }
        return try await connection.query(
            """
            SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(hashtextextended(id, \(raw: String(projecting))))), true) AS taken
            FROM unnest(\(ids)::text[]) AS id
            """
        ).one { try $0.get("taken") }
    }

    /// One at a time.
    static func serialise(_ campaigns: Set<UUID?>, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock", ordering, campaigns, on: connection)
    }

    /// Nobody projects this campaign meanwhile.
    static func exclude(_ campaign: UUID?, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock", projecting, [campaign], on: connection)
    }

    private static func take(
        _ function: String,
        _ space: Int,
        _ campaigns: Set<UUID?>,
        on connection: PostgresConnection
    ) async throws {
        let ids = campaigns.map { $0?.uuidString ?? RollUpTable.noCampaign }
        try await connection.execute(
            """
            SELECT \(raw: function)(k)
            FROM (SELECT DISTINCT hashtextextended(id, \(raw: String(space))) AS k FROM unnest(\(ids)::text[]) AS id ORDER BY 1) keys
            """
        )
    }
}
