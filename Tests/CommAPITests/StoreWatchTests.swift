import CommCore
import CommTesting
import Logging
import Synchronization
import Systemd
import Testing

@testable import comm_api

@Suite("Looking after the stores")
struct StoreWatchTests {
    private struct Away: Error {}

    private func watch(
        postgres: @escaping StoreWatch.Probe = {},
        schema: @escaping StoreWatch.Probe = {},
        redis: @escaping StoreWatch.Probe = {}
    ) -> StoreWatch {
        StoreWatch(
            postgres: postgres,
            schema: schema,
            redis: redis,
            notifier: SystemdNotifier(environment: [:]),
            heartbeat: Heartbeat(),
            interval: .milliseconds(1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    @Test("the program ends when the schema is not the one that it was built for")
    func foreignSchema() async throws {
        let watch = watch(schema: { throw SchemaError(.behind, "run commctl migrate up") })
        try await withTimeout {
            _ = await #expect(throws: SchemaError.self) { try await watch.run() }
        }
    }

    @Test("it waits for a database that is away, and says so")
    func waits() async throws {
        let tries = Mutex(0)
        let watch = watch(postgres: {
            let number = tries.withLock { tries in
                tries += 1
                return tries
            }
            if number < 3 { throw Away() }
        })
        let first = await watch.state()
        #expect(!first.isReady && first.checks["postgres"] == "down" && first.summary.hasPrefix("waiting for PostgreSQL"))
        try await withTimeout {
            let running = Task { try await watch.run() }
            try await waitUntil("the database is there") { await watch.state().isReady }
            running.cancel()
            _ = await running.result
        }
        #expect(await watch.state().summary == "serving")
    }

    @Test("Redis away does not keep the API from working")
    func redisAway() async throws {
        let state = await watch(redis: { throw Away() }).state()
        #expect(state.isReady && state.checks["redis"] == "down" && state.summary.hasPrefix("Redis is away"))
    }
}
