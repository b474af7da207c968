import CommTesting
import Foundation
import Testing

@testable import Postgres

@Suite("Pool", .database)
struct PoolTests {
    @Test("1,000 queries at once share four connections")
    func manyAtOnce() async throws {
        try await withClient(poolSize: 4, borrowTimeout: .seconds(60)) { client async throws in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...1000 {
                    group.addTask { try await client.query("SELECT \(number) AS n")[0].get("n") }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 500_500)
            #expect(client.status.open <= 4)
            #expect(client.status.waiting == 0)
        }
    }

    @Test("whoever waits too long is told so, and the pool works on")
    func exhaustion() async throws {
        try await withClient(poolSize: 1, borrowTimeout: .milliseconds(100)) { client async throws in
            try await client.withConnection { _ in
                let error = await postgresError { _ = try await client.query("SELECT 1") }
                #expect(error?.code == .poolTimeout)
                #expect(error?.isTransient == true)
            }
            #expect(try await client.query("SELECT 1").count == 1)
        }
    }

    @Test("a waiting task that is cancelled leaves the queue at once")
    func cancelledWaiter() async throws {
        try await withClient(poolSize: 1, borrowTimeout: .seconds(60)) { client async throws in
            try await client.withConnection { _ in
                let task = Task { try await client.query("SELECT 1") }
                try await waitUntil("the task waits") { client.status.waiting == 1 }
                task.cancel()
                let error = await postgresError { _ = try await task.value }
                #expect(error?.code == .cancelled)
                #expect(client.status.waiting == 0)
            }
            #expect(client.status.idle == 1)
        }
    }

    @Test("an idle connection that the server ended is replaced before anybody notices")
    func killedWhileIdle() async throws {
        try await withClient(poolSize: 1) { client async throws in
            let first: Int = try await client.query("SELECT pg_backend_pid()")[0].get(0)
            try await terminate(first)
            let second: Int = try await client.query("SELECT pg_backend_pid()")[0].get(0)
            #expect(first != second)
        }
    }

    @Test("a connection that dies in use fails its borrower and is replaced for the next")
    func killedInUse() async throws {
        try await withClient(poolSize: 1) { client async throws in
            let error = await postgresError {
                try await client.withConnection { connection in
                    try await terminate(try await connection.query("SELECT pg_backend_pid()")[0].get(0))
                    _ = try await connection.query("SELECT 1")
                }
            }
            #expect(error?.code == .connectionClosed)
            #expect(error?.isTransient == true)
            let next = try await client.query("SELECT 1")
            #expect(next.count == 1)
        }
    }

    /// Ends a backend and waits until it is gone.
    private func terminate(_ process: Int) async throws {
        let control = TestDatabase.current.client
        try await control.execute("SELECT pg_terminate_backend(\(process)::int)")
        try await waitUntil("backend \(process) has ended") {
            try await control.query("SELECT 1 FROM pg_stat_activity WHERE pid = \(process)").isEmpty
        }
    }

    @Test("an absent server fails a borrow after the borrow timeout, not before and not much later")
    func absentServer() async throws {
        let clock = ContinuousClock()
        let started = clock.now
        let error = await postgresError {
            try await withClient(borrowTimeout: .milliseconds(500), url: "postgres://nobody@127.0.0.1:1/none") {
                _ = try await $0.query("SELECT 1")
            }
        }
        #expect(error?.code == .connectionFailed)
        #expect(clock.now - started < .seconds(5))
    }

    @Test("those who queue for an absent server learn why")
    func absentServerQueue() async throws {
        try await withClient(poolSize: 1, borrowTimeout: .milliseconds(300), url: "postgres://nobody@127.0.0.1:1/none") {
            client async throws in
            let codes = await withTaskGroup(of: PostgresError.Code?.self) { group in
                for _ in 0..<5 { group.addTask { await postgresError { _ = try await client.query("SELECT 1") }?.code } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: .connectionFailed, count: 5))
            #expect(client.status == PostgresPoolStatus(open: 0, idle: 0, waiting: 0))
        }
    }

    @Test("a borrower that waits gets a connection as soon as the server can be reached")
    func serverComesBack() async throws {
        let name = "\(TestDatabase.current.name)_late"
        let url = TestDatabase.current.url.replacing(TestDatabase.current.name, with: name)
        let control = TestDatabase.current.client
        try await withClient(borrowTimeout: .seconds(20), url: url) { client async throws in
            async let answer = client.query("SELECT current_database() AS d")
            try await control.withConnection { try await $0.executeScript("CREATE DATABASE \(name) TEMPLATE template0 STRATEGY file_copy") }
            #expect(try await answer[0].get("d") as String == name)
        }
        try await control.withConnection { try await $0.executeScript("DROP DATABASE \(name) WITH (FORCE)") }
    }

    @Test("a closed pool refuses new borrowers, and closes what comes back")
    func closes() async throws {
        try await withClient(poolSize: 1) { client async throws in
            try await client.withConnection { connection in
                let waiter = Task { await postgresError { _ = try await client.query("SELECT 1") } }
                try await waitUntil("the task waits") { client.status.waiting == 1 }
                await client.close()
                #expect(await waiter.value?.code == .connectionClosed)
                #expect(try await connection.query("SELECT 1").count == 1)
            }
            #expect(client.status == PostgresPoolStatus(open: 0, idle: 0, waiting: 0))
            let error = await postgresError { _ = try await client.query("SELECT 1") }
            #expect(error?.code == .connectionClosed)
        }
    }

    @Test("running as a service ends with the task and closes the pool")
    func service() async throws {
        try await withClient { client async throws in
            _ = try await client.query("SELECT 1")
            let service = Task { try await client.run() }
            service.cancel()
            try await service.value
            #expect(client.status.open == 0)
        }
    }
}
