import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import Postgres
import Redis

/// The prepared environment: private stores, settings of the daemons, and their programs.
struct BenchSuite: Sendable {
    let folder: URL
    let programs: URL
    /// The suite's database and the platform's, as superuser.
    let database: PostgresClient
    /// The suite's database, as comm-sender is connected to it.
    let senderDatabase: PostgresClient
    let platform: PostgresClient
    let redis: RedisClient
    let services: [String: String]
    let logger: Logger

    init(folder: URL, programs: URL) throws {
        var logger = Logger(label: "comm-bench")
        logger.logLevel = .warning
        self.logger = logger
        self.folder = folder
        self.programs = programs
        services = try EnvironmentFile.read(folder.appending(path: "services.env"))
        database = try Self.client(services, database: "communications_db", logger: logger)
        senderDatabase = try Self.client(services, database: "communications_db", isParallel: false, logger: logger)
        platform = try Self.client(services, database: "motorical_db", logger: logger)
        redis = RedisClient(configuration: try RedisConfiguration(url: try services.required("REDIS_URL")), connections: 2, logger: logger)
    }

    private static func client(
        _ services: [String: String],
        database: String,
        isParallel: Bool = true,
        logger: Logger
    ) throws -> PostgresClient {
        PostgresClient(
            configuration: PostgresConfiguration(
                url: try url(services, database: database),
                poolSize: 4,
                applicationName: "comm-bench",
                statementTimeout: .seconds(120),
                isParallel: isParallel
            ),
            logger: logger
        )
    }

    private static func url(_ services: [String: String], database: String) throws -> String {
        let url = try services.required("POSTGRES_URL")
        return url.replacing(/\/[^\/]*$/, with: "/\(database)")
    }

    /// Address of the suite's database, for psql.
    func databaseURL() throws -> String {
        try Self.url(services, database: "communications_db")
    }

    /// The settings that a daemon is started with.
    func settings(of daemon: String) throws -> [String: String] {
        try EnvironmentFile.read(folder.appending(path: "\(daemon).env"))
    }

    func close() async {
        await database.close()
        await senderDatabase.close()
        await platform.close()
        await redis.close()
    }

    /// Empties both databases and Redis, and writes out what is dirty, so that no run pays for the one before.
    func clear() async throws {
        let tables = try await database.query(
            "SELECT string_agg(quote_ident(tablename), ', ') AS names FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'"
        )
        let names: String = try tables[0].get("names")
        try await database.execute("TRUNCATE \(raw: names)")
        try await platform.execute("TRUNCATE email_logs CASCADE")
        _ = try await redis.send(["FLUSHALL"])
        try await database.execute("CHECKPOINT")
    }

    /// Starts a daemon and waits until it is ready.
    func start(_ daemon: String, portSetting: String, port: Int? = nil, changing changes: [String: String] = [:]) async throws
        -> ChildProcess
    {
        var settings = try settings(of: daemon).merging(changes) { $1 }
        if let port { settings[portSetting] = String(port) }
        settings["LOG_LEVEL"] = "warning"
        let process = try ChildProcess(
            programs.appending(path: daemon),
            environment: settings,
            log: folder.appending(path: "log/bench-\(daemon).log")
        )
        try await process.waitUntilReady(url: "http://127.0.0.1:\(try settings.required(portSetting))/api/ready")
        return process
    }
}
