import FoundationEssentials
import Postgres

/// Advisory locks, held until the end of the transaction, taken in the order of their keys.
enum RollUpLock {
    private static let projecting = 11
    private static let ordering = 12

    /// What is locked: a campaign, or a tenant's messages without one.
    static func key(tenantID: UUID, campaignID: UUID?) -> UUID {
        campaignID ?? tenantID
    }

    static func key(_ event: Event) -> UUID {
        key(tenantID: event.tenantID, campaignID: event.campaignID)
    }

    /// Others may project these too, but nobody rebuilds them.
    static func share(_ keys: Set<UUID>, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock_shared", projecting, keys, on: connection)
    }

    /// The same, or false when one of them is being rebuilt.
    static func tryToShare(_ keys: Set<UUID>, on connection: PostgresConnection) async throws -> Bool {
        try await connection.query(
            """
            SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(hashtextextended(id, \(raw: String(projecting))))), true) AS taken
            FROM unnest(\(keys.map(\.uuidString))::text[]) AS id
            """
        ).one { try $0.get("taken") }
    }

    /// One at a time.
    static func serialise(_ keys: Set<UUID>, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock", ordering, keys, on: connection)
    }

    /// Nobody projects this meanwhile.
    static func exclude(_ key: UUID, on connection: PostgresConnection) async throws {
        try await take("pg_advisory_xact_lock", projecting, [key], on: connection)
    }

    private static func take(
        _ function: String,
        _ space: Int,
        _ keys: Set<UUID>,
        on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            SELECT \(raw: function)(k)
            FROM (SELECT DISTINCT hashtextextended(id, \(raw: String(space))) AS k
                  FROM unnest(\(keys.map(\.uuidString))::text[]) AS id ORDER BY 1) keys
            """
        )
    }
}
