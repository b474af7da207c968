import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@Suite("Streams", .database)
struct StreamTests {
    private struct Refusal: Error {}

    @Test("a million rows pass by in bounded memory")
    func millionRows() async throws {
        let before = try Self.residentBytes()
        let sum = Mutex(0)
        let peak = Mutex(0)
        let client = TestDatabase.current.client
        try await client.withConnection { connection in
            try await connection.stream("SELECT n, repeat('x', 300) AS filler FROM generate_series(1, \(1_000_000)) AS n", fetch: 2000) {
                rows in
                let part = try rows.reduce(0) { try $0 + ($1.get("n") as Int) }
                sum.withLock { $0 += part }
                let now = try Self.residentBytes()
                peak.withLock { $0 = max($0, now) }
            }
        }
        #expect(sum.withLock { $0 } == 500_000_500_000)
        // All rows at once would take more than 350 MB; other tests run in this process too.
        #expect(peak.withLock { $0 } - before < 250_000_000)
        #expect(client.status.idle == client.status.open)
    }

    /// The process's resident memory.
    private static func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }

    @Test(
        "portions have the size asked for, and the last one the rest",
        arguments: [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3])]
    )
    func portions(total: Int, sizes: [Int]) async throws {
        let seen = Mutex<[Int]>([])
        try await TestDatabase.current.client.withConnection { connection in
            try await connection.stream("SELECT generate_series(1, \(total))", fetch: 3) { rows in seen.withLock { $0.append(rows.count) } }
        }
        #expect(seen.withLock { $0 } == sizes)
    }

    @Test("the connection can be used within, even for another stream")
    func nested() async throws {
        let pairs = Mutex(0)
        try await TestDatabase.current.client.withTransaction { connection in
            try await connection.stream("SELECT generate_series(1, 5) AS n", fetch: 2) { rows in
                for row in rows {
                    let limit: Int = try row.get("n")
                    try await connection.stream("SELECT generate_series(1, \(limit))", fetch: 2) { inner in
                        pairs.withLock { $0 += inner.count }
                    }
                    _ = try await connection.query("SELECT \(limit)")
                }
            }
            #expect(try await connection.query("SELECT 1").count == 1)
        }
        #expect(pairs.withLock { $0 } == 15)
    }

    @Test("an error of the body ends the stream and gives the connection back")
    func bodyThrows() async throws {
        try await withClient(poolSize: 1) { client async throws in
            await #expect(throws: Refusal.self) {
                try await client.withConnection { connection in
                    try await connection.stream("SELECT generate_series(1, 1000)", fetch: 10) { _ in throw Refusal() }
                }
            }
            #expect(client.status.idle == 1)
        }
    }
}
