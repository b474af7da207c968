import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Cancellation and timeouts", .database)
struct InterruptionTests {
    private static func sleepers(_ marker: String) async throws -> Int {
        try await TestDatabase.current.client.query(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE \("%\(marker)%")"
        )[0].get("n")
    }

    @Test("cancelling the task cancels the statement at the server within a second, and the connection stays")
    func cancels() async throws {
        try await withClient(poolSize: 1) { client async throws in
            let task = Task { try await client.query("SELECT pg_sleep(60) /* cancels */") }
            try await waitUntil("the statement runs") { try await Self.sleepers("cancels") == 1 }
            let started = ContinuousClock.now
            task.cancel()
            let error = await postgresError { _ = try await task.value }
            #expect(error?.code == .cancelled)
            #expect(ContinuousClock.now - started < .seconds(1))
            #expect(try await Self.sleepers("cancels") == 0)
            #expect(client.status.idle == 1)
        }
    }

    @Test("cancelling at any moment never disturbs whoever comes next", arguments: 0..<3 as Range<UInt64>)
    func cancelRaces(seed: UInt64) async throws {
        try await withClient(poolSize: 1) { client async throws in
            var random = SeededGenerator(seed: seed)
            for _ in 0..<60 {
                let spins = Int.random(in: 0...300, using: &random)
                let task = Task { try await client.query("SELECT count(*) FROM generate_series(1, 2000)") }
                for _ in 0..<spins { await Task.yield() }
                task.cancel()
                if case .failure(let error) = await task.result { #expect((error as? PostgresError)?.code == .cancelled) }
                let answer: Int = try await client.query("SELECT \(spins) AS n")[0].get("n")
                #expect(answer == spins)
            }
        }
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let client = TestDatabase.current.client
        try await client.execute("CREATE TABLE t (a int)")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await client.execute("INSERT INTO t VALUES (1)")
        }
        let error = await postgresError { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await client.query("SELECT * FROM t").isEmpty)
    }

    @Test("a statement that takes too long is ended by the server")
    func statementTimeout() async throws {
        try await withClient(poolSize: 1, statementTimeout: .milliseconds(100)) { client async throws in
            let error = await postgresError { _ = try await client.query("SELECT pg_sleep(60)") }
            #expect(error?.code == .timeout)
            #expect(error?.sqlState == "57014")
            #expect(error?.isTransient == true)
            #expect(client.status.idle == 1)
            let next = try await client.query("SELECT 1")
            #expect(next.count == 1)
        }
    }

    @Test("a server that stays silent past its own timeout is given up, and asked to stop")
    func silence() async throws {
        try await withClient(poolSize: 1, statementTimeout: .milliseconds(100)) { client async throws in
            let error = await postgresError {
                try await client.withConnection { connection in
                    try await connection.executeScript("SET statement_timeout = 0")
                    try await connection.execute("SELECT pg_sleep(60) /* silence */")
                }
            }
            #expect(error?.code == .timeout)
            #expect(client.status.open == 0)
            try await waitUntil("the statement has ended") { try await Self.sleepers("silence") == 0 }
        }
    }

    @Test("blocked connections do not hold up others: eight sleeps take as long as one")
    func doesNotBlockTheCooperativePool() async throws {
        try await withClient(poolSize: 8) { client async throws in
            let started = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await client.execute("SELECT pg_sleep(0.5)") } }
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - started < .seconds(2.5))
        }
    }
}
