import CommTesting
import Foundation
import Testing

@testable import Postgres

@Suite("Prepared statements", .database)
struct StatementTests {
    @Test("the same text with other types is another statement")
    func typesMatter() async throws {
        try await withClient(poolSize: 1) { client async throws in
            for _ in 0..<3 {
                #expect(try await client.query("SELECT \(1) AS v")[0].get("v") as Int == 1)
                #expect(try await client.query("SELECT \(true) AS v")[0].get("v") as Bool)
                #expect(try await client.query("SELECT \([1, 2])  AS v")[0].get("v") as [Int] == [1, 2])
            }
        }
    }

    @Test("a statement outlives a change of its table", arguments: [false, true])
    func changedPlan(pipelined: Bool) async throws {
        try await withClient(poolSize: 1) { client async throws in
            try await client.execute("CREATE TABLE t (a int)")
            try await client.execute("INSERT INTO t VALUES (1)")
            let select: SQL = "SELECT * FROM t"
            #expect(try await client.query(select)[0].columns == ["a"])
            try await client.execute("ALTER TABLE t ADD b text DEFAULT 'x'")
            let rows =
                pipelined
                ? try await client.withConnection { try await $0.pipeline(["SELECT 1", select])[1] } : try await client.query(select)
            #expect(rows[0].columns == ["a", "b"])
            #expect(try rows[0].get("b") as String == "x")
        }
    }

    @Test("within a transaction an outdated plan fails as transient, and the next transaction succeeds")
    func changedPlanInTransaction() async throws {
        try await withClient(poolSize: 1) { client async throws in
            try await client.execute("CREATE TABLE t (a int)")
            let select: SQL = "SELECT * FROM t"
            _ = try await client.query(select)
            try await client.execute("ALTER TABLE t ADD b text")
            let error = await postgresError { try await client.withTransaction { _ = try await $0.query(select) } }
            #expect(error?.isTransient == true)
            #expect(try await client.withTransaction { try await $0.query(select).columns } == ["a", "b"])
        }
    }

    @Test("no more than 200 are kept at the server")
    func isBounded() async throws {
        try await withClient(poolSize: 1) { client async throws in
            for number in 0..<450 { _ = try await client.query("SELECT \(raw: String(number)) AS n") }
            let count: Int = try await client.query("SELECT count(*) AS n FROM pg_prepared_statements")[0].get("n")
            #expect(count <= 201)
        }
    }

    @Test("what the server has forgotten is prepared again, whether it is used or due for removal")
    func forgotten() async throws {
        try await withClient(poolSize: 1) { client async throws in
            for number in 0...200 { _ = try await client.query("SELECT \(raw: String(number)) AS x") }
            _ = try await client.query("SELECT 5 AS n")
            try await client.withConnection { try await $0.executeScript("DEALLOCATE ALL") }
            #expect(try await client.query("SELECT 5 AS n")[0].get("n") as Int == 5)
        }
    }

    @Test("a pipeline returns the rows of each statement, in order")
    func pipeline() async throws {
        let results = try await TestDatabase.current.client.withConnection { connection in
            try await connection.pipeline(["SELECT \(1)", "SELECT \(2)", "SELECT \(1)", "SELECT generate_series(1, 3)"])
        }
        #expect(try results.map { try $0[0].get(0) as Int } == [1, 2, 1, 1])
        #expect(results[3].count == 3)
    }

    @Test("a pipeline is one transaction: a failure undoes what went before, and the connection goes on")
    func pipelineFails() async throws {
        try await withClient(poolSize: 1) { client async throws in
            try await client.execute("CREATE TABLE t (a int PRIMARY KEY)")
            let error = await postgresError {
                _ = try await client.withConnection { connection in
                    try await connection.pipeline(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (\(1))", "SELECT 1"])
                }
            }
            #expect(error?.query == "INSERT INTO t VALUES ($1)")
            #expect(try await client.query("SELECT count(*) AS n FROM t")[0].get("n") as Int == 0)
            #expect(client.status.open == 1)
        }
    }

    @Test("a large pipeline does not lock up: neither side waits for the other to read")
    func largePipeline() async throws {
        let blob = [UInt8](repeating: 7, count: 200_000)
        let results = try await withTimeout(.seconds(30)) { [client = TestDatabase.current.client] in
            try await client.withConnection { connection in
                try await connection.pipeline((0..<200).map { _ in "SELECT \(blob) AS b" })
            }
        }
        #expect(results.count == 200)
        #expect(try results[199][0].get("b") as [UInt8] == blob)
    }
}
