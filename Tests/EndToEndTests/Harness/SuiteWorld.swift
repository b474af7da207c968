import AsyncHTTPClient
import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

/// The whole suite as processes: the three daemons, and the platform's stand-in at their far end.
final class SuiteWorld: Sendable {
    let settings: SuiteSettings
    let database: PostgresClient
    let platform: PostgresClient
    let http: HTTPClient
    private let redis: PrivateRedis
    private let running = Mutex<[SuiteProgram: DaemonHandle]>([:])

    fileprivate init(misbehaviour: String?, logPollSeconds: Int, http: HTTPClient) async throws {
        let test = TestDatabase.current
        let farEnd = try await test.platform()
        let folder = FileManager.default.temporaryDirectory.appending(path: "comm-suite-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        redis = try await PrivateRedis()
        database = test.client
        platform = farEnd.client
        self.http = http
        settings = SuiteSettings(
            folder: folder,
            apiDatabase: test.url(role: "comm_api"),
            workerDatabase: test.url(role: "comm_worker"),
            platformDatabase: farEnd.url,
            redis: redis.url,
            misbehaviour: misbehaviour,
            logPollSeconds: logPollSeconds,
            smtpPort: try FreePort.next(),
            platformPort: try FreePort.next(),
            apiPort: try FreePort.next(),
            senderPort: try FreePort.next(),
            statsPort: try FreePort.next(),
            httpsPort: try FreePort.next(),
            httpPort: try FreePort.next()
        )
    }

    /// The API as the platform's own servers reach it.
    var api: SuiteClient { SuiteClient(http: http, base: settings.apiBase) }

    /// Starts programs, and waits until each works.
    func start(_ programs: [SuiteProgram] = SuiteProgram.allCases) async throws {
        for program in programs {
            let handle = try DaemonHandle(
                program.executable,
                arguments: settings.arguments(program),
                environment: settings.environment(program),
                logFolder: settings.folder
            )
            running.withLock { $0[program] = handle }
        }
        for program in programs { try await waitUntilReady(program) }
    }

    private func waitUntilReady(_ program: SuiteProgram) async throws {
        try await eventually("\(program.rawValue) works", within: .seconds(30)) {
            guard let handle = running.withLock({ $0[program] }), handle.isRunning else {
                throw HarnessError("\(program.rawValue) ended: \(log(of: program).suffix(1_000))")
            }
            guard let url = settings.readyURL(program) else { return handle.log.contains("sink listening") }
            return try await SuiteClient.status(of: url, by: http) == 200
        }
    }

    /// `kill -9`, and its end.
    func kill(_ programs: [SuiteProgram]) async {
        let handles = running.withLock { running in programs.compactMap { running.removeValue(forKey: $0) } }
        for handle in handles { handle.kill() }
        for handle in handles { _ = await handle.waitForExit() }
    }

    /// SIGTERM; the exit codes in the order asked for.
    func stop(_ programs: [SuiteProgram]) async -> [Int32?] {
        let handles = programs.map { program in running.withLock { $0.removeValue(forKey: program) } }
        for handle in handles { handle?.terminate() }
        var codes: [Int32?] = []
        for handle in handles { codes.append(await handle?.waitForExit()) }
        return codes
    }

    func log(of program: SuiteProgram) -> String { running.withLock { $0[program]?.log } ?? "" }

    /// What a query of one number says.
    func number(_ sql: SQL, on client: PostgresClient? = nil) async throws -> Int {
        let rows = try await (client ?? database).query(sql)
        return Int(try (rows.first?.get(0) as Int64?) ?? -1)
    }

    fileprivate func end() async {
        await kill(SuiteProgram.allCases)
        redis.stop()
        try? FileManager.default.removeItem(at: settings.folder)
    }
}

/// Runs the suite, started unless told otherwise, and ends every process afterwards.
func withSuite(
    misbehaviour: String? = nil,
    logPollSeconds: Int = 0,
    starting programs: [SuiteProgram] = SuiteProgram.allCases,
    _ body: (SuiteWorld) async throws -> Void
) async throws {
    let http = HTTPClient(configuration: SuiteClient.configuration)
    do {
        let world = try await SuiteWorld(misbehaviour: misbehaviour, logPollSeconds: logPollSeconds, http: http)
        do {
            try await world.start(programs)
            try await body(world)
        } catch {
            for program in SuiteProgram.daemons { print("\(program.rawValue): \(world.log(of: program).suffix(1_500))") }
            await world.end()
            throw error
        }
        await world.end()
    } catch {
        try await http.shutdown()
        throw error
    }
    try await http.shutdown()
}
