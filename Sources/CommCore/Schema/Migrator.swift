import Logging
import Postgres

/// Brings a database forward to the newest migration of a folder.
///
/// Runs that overlap wait for each other on an advisory lock. Each migration is one transaction, so a run that was interrupted
/// can simply be repeated.
package struct Migrator: Sendable {
    /// "COMM" and a number, as the key of the advisory lock.
    private static let lockKey: Int64 = 0x434F_4D4D_0001
    /// Waiting for a table longer than this would hold up everybody who queues behind us.
    private static let tableLockTimeout = "5s"
    private static let migrationLockTimeout = "60s"
    private static let attempts = 5

    private let configuration: PostgresConfiguration
    private let folder: String
    private let logger: Logger

    /// - Parameters:
    ///   - url: of the database's owner.
    ///   - folder: path of the folder that holds `NNNN_name.sql`.
    package init(url: String, folder: String, logger: Logger) {
        configuration = PostgresConfiguration(url: url, poolSize: 1, applicationName: "migrate", statementTimeout: nil)
        self.folder = folder
        self.logger = logger
    }

    /// Where every migration stands; changes nothing.
    package func status() async throws -> [MigrationStatus] {
        let migrations = try MigrationFolder.read(folder)
        return try await withConnection { connection in
            let exists = try await connection.query("SELECT to_regclass('schema_migrations') IS NOT NULL AS found")
            let applied = try exists.first?.get("found", as: Bool.self) == true ? try await Self.applied(connection) : []
            return MigrationStatus.compare(migrations, applied)
        }
    }

    /// Applies what is pending, in order; returns what was applied now.
    ///
    /// - Throws: `SchemaError`, before anything is changed if the folder and the database disagree; `PostgresError` for a lost connection.
    @discardableResult
    package func up() async throws -> [Migration] {
        let migrations = try MigrationFolder.read(folder)
        return try await withConnection { connection in
            try await Self.lock(connection)
            try await connection.executeScript(Self.table)
            let statuses = MigrationStatus.compare(migrations, try await Self.applied(connection))
            if let objection = MigrationStatus.objection(to: statuses) { throw objection }
            let pending = Set(statuses.filter { $0.state == .pending }.map(\.version))
            let applied = migrations.filter { pending.contains($0.version) }
            for migration in applied {
                try await apply(migration, on: connection)
                logger.notice("migration applied", metadata: ["migration": "\(migration.fileName)"])
            }
            return applied
        }
    }

    /// Everybody may read which migrations there are: daemons compare them with what they need.
    private static let table = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version    integer PRIMARY KEY CHECK (version > 0),
            name       text NOT NULL,
            checksum   text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        GRANT SELECT ON schema_migrations TO PUBLIC;
        """

    private func withConnection<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        let connection = try await PostgresConnection.connect(configuration)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The lock belongs to the session, so it goes with the connection.
    private static func lock(_ connection: PostgresConnection) async throws {
        do {
            try await connection.executeScript("SET lock_timeout = '\(migrationLockTimeout)'; SELECT pg_advisory_lock(\(lockKey));")
        } catch let error as PostgresError where error.isLockTimeout {
            throw SchemaError(.locked, "another migration has been running for \(migrationLockTimeout); try again when it is done")
        }
    }

    private static func applied(_ connection: PostgresConnection) async throws -> [AppliedMigration] {
        try await connection.query("SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version").map { row in
            AppliedMigration(
                version: try row.get("version"),
                name: try row.get("name"),
                checksum: try row.get("checksum"),
                appliedAt: try row.get("applied_at")
            )
        }
    }

    /// Applies one migration; a table that others hold is tried for several times.
    private func apply(_ migration: Migration, on connection: PostgresConnection) async throws {
        for attempt in 1...Self.attempts {
            do {
                return try await connection.transaction { try await Self.run(migration, on: $0) }
            } catch let error as PostgresError where error.isLockTimeout && attempt < Self.attempts {
                logger.warning(
                    "a table is locked, trying again",
                    metadata: ["migration": "\(migration.fileName)", "attempt": "\(attempt)"]
                )
            } catch let error as PostgresError where error.code == .server {
                let reason = "\(error.message) (\(error.sqlState ?? "no SQLSTATE"))"
                throw SchemaError(.failed, "\(migration.fileName) was refused and undone: \(reason)")
            }
        }
    }

    private static func run(_ migration: Migration, on connection: PostgresConnection) async throws {
        try await connection.executeScript("SET LOCAL lock_timeout = '\(tableLockTimeout)'")
        try await connection.executeScript(migration.text)
        guard await connection.isInTransaction else {
            throw SchemaError(.failed, "\(migration.fileName) ends the transaction itself; migrations must not contain COMMIT or ROLLBACK")
        }
        try await connection.execute(
            """
            INSERT INTO schema_migrations (version, name, checksum)
            VALUES (\(migration.version), \(migration.name), \(migration.checksum))
            """
        )
    }
}

extension PostgresError {
    /// `lock_not_available`: `lock_timeout` passed.
    fileprivate var isLockTimeout: Bool { sqlState == "55P03" }
}
