import CommTesting
import Foundation
import Testing

/// How the daemons behave as processes: starting, refusing to, and stopping.
@Suite("The daemons as processes", .serialized)
struct SuiteProcessTests {
    @Test("every daemon stops on SIGTERM with exit code 0", .database, .timeLimit(.minutes(1)))
    func orderlyStop() async throws {
        try await withSuite(starting: SuiteProgram.daemons) { world in
            let clock = ContinuousClock()
            let begin = clock.now
            #expect(await world.stop(SuiteProgram.daemons) == [0, 0, 0])
            #expect(clock.now - begin < .seconds(15))
        }
    }

    @Test("a bad configuration is refused, naming every problem", .timeLimit(.minutes(1)), arguments: SuiteProgram.daemons)
    func badConfiguration(program: SuiteProgram) async throws {
        let outcome = try await outcome(
            of: program,
            environment: [
                "SERVICE_JWT_SECRET": "changeme", "REDIS_URL": "rediss://127.0.0.1", "LOG_LEVEL": "loud", "COMM_PUBLIC_BASE": "not a url",
            ]
        )
        #expect(outcome.code == 78)
        for name in ["COMM_DB_URL", "SERVICE_JWT_SECRET", "REDIS_URL", "LOG_LEVEL", "COMM_PUBLIC_BASE"] {
            #expect(outcome.log.contains(name), "\(name) is not named: \(outcome.log)")
        }
        #expect(!outcome.log.contains("changeme"), "a secret is not shown")
    }

    @Test("--check-config checks and ends without touching a store", .timeLimit(.minutes(1)), arguments: SuiteProgram.daemons)
    func checkConfiguration(program: SuiteProgram) async throws {
        let unreachable = ["COMM_DB_URL": "postgres://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"]
        let good = try await outcome(of: program, arguments: ["--check-config"], environment: try environment(program, unreachable))
        #expect(good.code == 0, "\(good.log)")
        let bad = try await outcome(
            of: program,
            arguments: ["--check-config"],
            environment: try environment(program, unreachable.merging(["COMM_ENVIRONMENT": "somewhere"]) { _, new in new })
        )
        #expect(bad.code == 78)
        #expect(bad.log.contains("COMM_ENVIRONMENT"))
    }

    @Test(
        "on an empty database a daemon refuses to run and says what to do",
        .database,
        .timeLimit(.minutes(1)),
        arguments: SuiteProgram.daemons
    )
    func emptyDatabase(program: SuiteProgram) async throws {
        // The platform's database has none of our tables.
        let empty = try await TestDatabase.current.platform().url
        let outcome = try await outcome(of: program, environment: try environment(program, ["COMM_DB_URL": empty]))
        #expect(outcome.code != 0, "\(outcome.log)")
        #expect(outcome.log.contains("commctl migrate up"), "\(outcome.log)")
    }

    /// Settings that are valid for the program, with changes.
    private func environment(_ program: SuiteProgram, _ changes: [String: String]) throws -> [String: String] {
        let base = [
            "COMM_ENVIRONMENT": "development", "LOG_FORMAT": "json", "REDIS_URL": try TestEnvironment.redisURL(),
            "SERVICE_JWT_SECRET": SuiteSettings.signingSecret, "COMM_INTERNAL_TOKEN": SuiteSettings.internalToken,
            "COMM_WEBHOOK_SECRET": SuiteSettings.webhookSecret, "MOTORICAL_DB_URL": "postgres://nobody@127.0.0.1:9/none",
            "COMM_PORT": "\(try FreePort.next())", "COMM_SENDER_PORT": "0", "COMM_STATS_PORT": "0",
        ]
        return base.merging(changes) { _, new in new }
    }

    private func outcome(
        of program: SuiteProgram,
        arguments: [String] = [],
        environment: [String: String]
    ) async throws -> (code: Int32?, log: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "comm-process-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let handle = try DaemonHandle(program.executable, arguments: arguments, environment: environment, logFolder: folder)
        let code = await handle.waitForExit()
        return (code, handle.log)
    }
}
