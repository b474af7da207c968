package import FoundationEssentials
package import Logging
import ServiceLifecycle

/// A pool of connections to one database.
///
/// It works from the start and connects when first used. As a service it clears away dead connections, and closes the pool on
/// shutdown: list it before the services that use it.
///
/// Session state (`SET`, `LISTEN`, temporary tables, session locks) must not outlive a borrow; transaction-local state cannot.
package final class PostgresClient: Service, Sendable {
    private static let housekeepingInterval: Duration = .seconds(15)
    private let pool: ConnectionPool

    package init(configuration: PostgresConfiguration, logger: Logger) {
        pool = ConnectionPool(configuration: configuration, logger: logger)
    }

    /// How busy the pool is.
    package var status: PostgresPoolStatus { pool.status }

    /// Keeps the pool in order until shutdown or cancellation, then closes it.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.housekeepingInterval) } catch { break }
                await self.pool.discardDead()
            }
        }
        await close()
    }

    /// Closes the pool.
    ///
    /// Connections in use are closed when they come back.
    package func close() async {
        await pool.close()
    }

    /// Lends a connection to `body`.
    ///
    /// Errors: `poolTimeout` when all are in use, `connectionFailed` when the server cannot be reached, both after the borrow timeout.
    package func withConnection<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        let connection = try await pool.borrow()
        do {
            let value = try await body(connection)
            await pool.giveBack(connection)
            return value
        } catch {
            await pool.giveBack(connection)
            throw error
        }
    }

    /// Runs `body` between BEGIN and COMMIT; an error of `body` rolls back and is passed on.
    package func withTransaction<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        try await withConnection { try await $0.transaction(body) }
    }

    /// A transaction in which row-level security sees `tenant`.
    package func withTenant<R: Sendable>(
        _ tenant: UUID,
        _ body: @Sendable (PostgresConnection) async throws -> R
    ) async throws -> R {
        try await withConnection { try await $0.transaction(settings: [Self.setting(tenant)], body) }
    }

    /// Runs one statement on any connection, in a transaction of its own.
    package func query(_ sql: SQL) async throws -> PostgresRows {
        try await withConnection { try await $0.query(sql) }
    }

    /// Runs one statement in which row-level security sees `tenant`; setting and statement take one round trip.
    package func query(_ sql: SQL, tenant: UUID) async throws -> PostgresRows {
        try await withConnection { try await $0.pipeline([Self.setting(tenant), sql])[1] }
    }

    /// Runs one statement, and returns how many rows it touched.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int {
        try await query(sql).affected
    }

    /// The settings last until the end of the transaction, so that the next borrower cannot see them.
    private static func setting(_ tenant: UUID) -> SQL {
        var sql: SQL = "SELECT set_config('app.tenant_id', \(tenant.uuidString.lowercased()), true)"
        for setting in TransactionSettings.current { sql += ", set_config(\(setting.name), \(setting.value), true)" }
        return sql
    }
}
