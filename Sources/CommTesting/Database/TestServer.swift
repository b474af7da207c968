import CommCore
import Foundation
import Logging
import Postgres

/// The PostgreSQL server of the tests: the migrated template, and clones of it.
struct TestServer: Sendable {
    /// "TEST", as the key of the advisory lock under which templates are made.
    private static let lockKey = 0x5445_5354
    private let maintenance: URLComponents

    init() throws {
        maintenance = try TestEnvironment.databaseURL()
    }

    /// The URL of a database on the server.
    func url(database: String) throws -> String {
        var components = maintenance
        components.path = "/" + database
        guard let text = components.string else { throw TestFailure("COMM_TEST_DB_URL cannot name the database \(database)") }
        return text
    }

    /// Makes a database with the present schema in it.
    func createClone(_ name: String) async throws {
        let migrations = try MigrationFolder.read(TestEnvironment.migrationsFolder)
        let template = Self.templateName(migrations)
        try await withMaintenance { connection in
            if try await !exists(template, on: connection) { try await makeTemplate(template, on: connection) }
            try await connection.executeScript(
                "CREATE DATABASE \(SQL.quoted(identifier: name)) TEMPLATE \(SQL.quoted(identifier: template)) STRATEGY file_copy"
            )
        }
    }

    /// Makes an empty database.
    func createEmpty(_ name: String) async throws {
        try await withMaintenance { connection in
            try await connection.executeScript("CREATE DATABASE \(SQL.quoted(identifier: name)) TEMPLATE template0 STRATEGY file_copy")
        }
    }

    /// Drops a database and throws out who is still connected to it.
    func drop(_ name: String) async throws {
        try await withMaintenance { connection in
            try await connection.executeScript("DROP DATABASE IF EXISTS \(SQL.quoted(identifier: name)) WITH (FORCE)")
        }
    }

    private static func templateName(_ migrations: [Migration]) -> String {
        let all = Migration(version: 1, name: "all", text: migrations.map(\.fileName).joined() + migrations.map(\.checksum).joined())
        return "comm_template_\(all.checksum.prefix(12))"
    }

    private func exists(_ name: String, on connection: PostgresConnection) async throws -> Bool {
        try await !connection.query("SELECT 1 FROM pg_database WHERE datname = \(name)").isEmpty
    }

    /// Makes the template once, however many test processes want it; it gets its name when it is complete.
    private func makeTemplate(_ name: String, on connection: PostgresConnection) async throws {
        try await connection.execute("SELECT pg_advisory_lock(\(Self.lockKey))")
        if try await !exists(name, on: connection) {
            try await dropLeftovers(on: connection)
            let draft = name + "_draft"
            try await connection.executeScript("DROP DATABASE IF EXISTS \(draft) WITH (FORCE)")
            try await connection.executeScript("CREATE DATABASE \(draft) TEMPLATE template0")
            let migrator = Migrator(
                url: try url(database: draft),
                folder: TestEnvironment.migrationsFolder,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await migrator.up()
            try await connection.executeScript("ALTER DATABASE \(draft) RENAME TO \(name)")
        }
        try await connection.execute("SELECT pg_advisory_unlock(\(Self.lockKey))")
    }

    /// Drops the databases of test processes that are gone.
    private func dropLeftovers(on connection: PostgresConnection) async throws {
        let rows = try await connection.query("SELECT datname FROM pg_database WHERE datname LIKE 'comm\\_test\\_%'")
        for row in rows {
            let name: String = try row.get("datname")
            guard let process = name.split(separator: "_").dropFirst(2).first.flatMap({ Int32($0) }), kill(process, 0) != 0 else {
                continue
            }
            try await connection.executeScript("DROP DATABASE IF EXISTS \(SQL.quoted(identifier: name)) WITH (FORCE)")
        }
    }

    private func withMaintenance<R: Sendable>(_ body: @Sendable (PostgresConnection) async throws -> R) async throws -> R {
        guard let url = maintenance.string else { throw TestFailure("COMM_TEST_DB_URL is not a URL") }
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url, statementTimeout: .seconds(120)))
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}
