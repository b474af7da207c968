import CommTesting
import Foundation
import Postgres
import Testing

@Suite("LISTEN and NOTIFY", .database)
struct ListenerTests {
    /// Runs `body` beside a listener; what arrives is passed on through the signal.
    private func withListener(
        _ channels: [String],
        _ body: @escaping @Sendable (Signal<PostgresNotification>) async throws -> Void
    ) async throws {
        let configuration = PostgresConfiguration(url: TestDatabase.current.url, applicationName: "listener")
        let listener = PostgresListener(configuration: configuration, channels: channels, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            let arrived = Signal<PostgresNotification>()
            group.addTask { try await listener.run() }
            group.addTask { for await notification in listener.notifications { arrived.fire(notification) } }
            try await body(arrived)
            group.cancelAll()
        }
    }

    @Test("notifications arrive with channel and payload, after the one that says: connected")
    func arrives() async throws {
        let client = TestDatabase.current.client
        try await withListener(["jobs", "Odd \"name"]) { arrived in
            #expect(try await arrived.wait() == PostgresNotification(channel: "jobs", payload: "", isReconnect: true))
            #expect(try await arrived.wait() == PostgresNotification(channel: "Odd \"name", payload: "", isReconnect: true))
            try await client.execute("SELECT pg_notify('jobs', \("hello")), pg_notify('elsewhere', 'no')")
            #expect(try await arrived.wait() == PostgresNotification(channel: "jobs", payload: "hello"))
            try await client.execute("SELECT pg_notify('Odd \"name', 'x')")
            #expect(try await arrived.wait() == PostgresNotification(channel: "Odd \"name", payload: "x"))
        }
    }

    @Test("after a lost connection it listens again and says that something may have been missed")
    func reconnects() async throws {
        let client = TestDatabase.current.client
        try await withListener(["jobs"]) { arrived in
            #expect(try await arrived.wait().isReconnect)
            for round in 1...2 {
                try await client.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listener' AND datname = current_database()"
                )
                #expect(try await arrived.wait().isReconnect)
                try await client.execute("SELECT pg_notify('jobs', \(String(round)))")
                #expect(try await arrived.wait().payload == String(round))
            }
        }
    }
}
