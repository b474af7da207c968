import Foundation
import Postgres

/// What PostgreSQL can do here: rows claimed under a lease by `SKIP LOCKED`, 500 at a time, and deleted; nothing is checked or logged.
struct BareQueue: Sendable {
    let suite: BenchSuite
    let messages: Int
    let workers: Int

    /// Messages per second.
    func measure() async throws -> Double {
        let database = suite.database
        try await database.execute("DROP TABLE IF EXISTS bench_queue")
        try await database.execute(
            "CREATE TABLE bench_queue (id bigint PRIMARY KEY, payload text NOT NULL, due_at timestamptz NOT NULL, lease_until timestamptz)"
        )
        try await database.execute("CREATE INDEX ON bench_queue (due_at, id)")
        try await database.execute(
            "INSERT INTO bench_queue SELECT n, repeat('x', 100), now() FROM generate_series(1, \(messages)::bigint) n"
        )
        try await database.execute("ANALYZE bench_queue")
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<workers { group.addTask { while try await step(database) {} } }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - started).inSeconds
        try await database.execute("DROP TABLE bench_queue")
        return Double(messages) / seconds
    }

    private func step(_ database: PostgresClient) async throws -> Bool {
        let rows = try await database.query(
            """
            UPDATE bench_queue q SET lease_until = now() + interval '1 minute'
            FROM (SELECT id FROM bench_queue WHERE due_at <= now() AND (lease_until IS NULL OR lease_until < now())
                  ORDER BY due_at, id LIMIT 500 FOR UPDATE SKIP LOCKED) due
            WHERE q.id = due.id RETURNING q.id
            """
        )
        let ids: [Int64] = try rows.map { try $0.get("id") }
        guard !ids.isEmpty else { return false }
        try await database.execute("DELETE FROM bench_queue WHERE id = ANY(\(ids)::bigint[])")
        return true
    }
}
