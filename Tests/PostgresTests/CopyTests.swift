import CommTesting
import Foundation
import Postgres
import Testing

@Suite("COPY", .database)
struct CopyTests {
    private struct Refusal: Error {}
    private let client = TestDatabase.current.client
    private static let statement = "COPY t (id, name, n) FROM STDIN (FORMAT binary)"

    private func makeTable() async throws {
        try await client.execute("CREATE TABLE t (id uuid, name text NOT NULL, n integer PRIMARY KEY)")
    }

    private func count() async throws -> Int {
        try await client.query("SELECT count(*) AS n FROM t")[0].get("n")
    }

    @Test("100,000 rows arrive, each as it was written")
    func manyRows() async throws {
        try await makeTable()
        let copied = try await client.withConnection { connection in
            try await connection.copyIn(Self.statement) { writer in
                for number in 0..<100_000 {
                    try writer.row(columns: 3) { row in
                        row.writeNull()
                        row.write("name \(number)")
                        row.write(Int32(number))
                    }
                }
            }
        }
        #expect(copied == 100_000)
        #expect(try await count() == 100_000)
        #expect(try await client.query("SELECT FROM t WHERE name <> 'name ' || n OR id IS NOT NULL").isEmpty)
    }

    @Test("every type that can be written is stored as it was written")
    func allTypes() async throws {
        try await client.execute(
            """
            CREATE TABLE k (a uuid, b text, c bigint, d integer, e smallint, f boolean, g timestamptz, h bytea, i jsonb, j text[], k float8, l text)
            """
        )
        let (id, date) = (UUID(), Date(timeIntervalSince1970: 1_700_000_000.5))
        try await client.withConnection { connection in
            _ = try await connection.copyIn("COPY k FROM STDIN (FORMAT binary)") { writer in
                try writer.row(columns: 12) { row in
                    row.write(id)
                    row.write("héllo")
                    row.write(-5)
                    row.write(Int32(7))
                    row.write(Int16(-8))
                    row.write(true)
                    row.write(date)
                    row.write(bytes: [0, 1, 255])
                    row.writeJSONB(Array("{\"a\": 1}".utf8))
                    row.write(value: ["x", nil])
                    row.write(value: 1.25)
                    row.write(utf8: Array("raw".utf8))
                }
            }
        }
        let row = try await client.query("SELECT * FROM k")[0]
        #expect(try row.get("a") as UUID == id)
        #expect(try row.get("b") as String == "héllo")
        #expect(try [row.get("c") as Int, row.get("d") as Int, row.get("e") as Int] == [-5, 7, -8])
        #expect(try row.get("f") as Bool)
        #expect(try row.get("g") as Date == date)
        #expect(try row.get("h") as [UInt8] == [0, 1, 255])
        #expect(try row.get("i") as PostgresJSON == PostgresJSON("{\"a\": 1}"))
        #expect(try row.get("j") as [String?] == ["x", nil])
        #expect(try row.get("k") as Double == 1.25)
        #expect(try row.get("l") as String == "raw")
    }

    @Test("a row that the server refuses undoes all rows, and the error names table, line and constraint")
    func serverRefuses() async throws {
        try await makeTable()
        let error = await postgresError { [client] in
            _ = try await client.withConnection { connection in
                try await connection.copyIn(Self.statement) { writer in
                    for number in [1, 2, 1] as [Int32] {
                        try writer.row(columns: 3) { row in
                            row.writeNull()
                            row.write("secret value")
                            row.write(number)
                        }
                    }
                }
            }
        }
        #expect(error?.sqlState == "23505")
        #expect(error?.constraint == "t_pkey")
        #expect(error?.context == "COPY t, line 3")
        #expect(error?.query == Self.statement)
        #expect(error.map { !"\($0)".contains("secret value") } == true)
        #expect(try await count() == 0)
        #expect(client.status.idle == client.status.open)
    }

    @Test("an error of the writer undoes all rows and is passed on; the connection stays")
    func writerThrows() async throws {
        try await makeTable()
        try await withClient(poolSize: 1) { client async throws in
            await #expect(throws: Refusal.self) {
                try await client.withConnection { connection in
                    try await connection.copyIn(Self.statement) { writer in
                        for number in 0..<5000 as Range<Int32> {
                            try writer.row(columns: 3) { row in
                                row.writeNull()
                                row.write("a somewhat longer name")
                                row.write(number)
                            }
                        }
                        throw Refusal()
                    }
                }
            }
            #expect(client.status.idle == 1)
        }
        #expect(try await count() == 0)
    }

    @Test("a wrong number of values and a NUL character are refused, naming the row")
    func invalidRows() async throws {
        try await makeTable()
        let short = await postgresError { [client] in
            _ = try await client.withConnection { connection in
                try await connection.copyIn(Self.statement) { writer in try writer.row(columns: 3) { $0.writeNull() } }
            }
        }
        #expect(short?.message == "row 1 of a COPY has 1 values, not 3")
        let nul = await postgresError { [client] in
            _ = try await client.withConnection { connection in
                try await connection.copyIn("COPY t (name) FROM STDIN (FORMAT binary)") { writer in
                    try writer.row(columns: 1) { $0.write("a\0") }
                }
            }
        }
        #expect(nul?.code == .invalidInput)
        #expect(try await count() == 0)
    }

    @Test("what is not a COPY is refused and does no harm")
    func notACopy() async throws {
        try await withClient(poolSize: 1) { client async throws in
            for statement in ["SELECT 1", "COPY nowhere FROM STDIN"] {
                let error = await postgresError {
                    _ = try await client.withConnection { try await $0.copyIn(statement) { _ in } }
                }
                #expect(error?.code == .invalidInput || error?.sqlState == "42P01")
            }
            #expect(client.status.idle == 1)
        }
    }

    @Test("chunks of CSV are copied as they come; the connection serves nothing else meanwhile")
    func chunks() async throws {
        try await makeTable()
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        for number in 0..<1000 { continuation.yield(Array(",\"na".utf8) + Array("me, \(number)\",\(number)\n".utf8)) }
        continuation.finish()
        let copied = try await client.withConnection { try await $0.copyIn("COPY t FROM STDIN (FORMAT csv)", chunks: stream) }
        #expect(copied == 1000)
        #expect(try await client.query("SELECT FROM t WHERE name = 'name, ' || n").count == 1000)
    }

    @Test("an error of the chunks' source undoes everything and is passed on")
    func chunksFail() async throws {
        try await makeTable()
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        continuation.yield(Array(",a,1\n".utf8))
        continuation.finish(throwing: Refusal())
        await #expect(throws: Refusal.self) {
            try await client.withConnection { try await $0.copyIn("COPY t FROM STDIN (FORMAT csv)", chunks: stream) }
        }
        #expect(try await count() == 0)
        #expect(client.status.idle == client.status.open)
    }

    @Test("cancelling the task ends a COPY that would never end, and stores nothing")
    func cancelled() async throws {
        try await makeTable()
        let started = Signal<Void>()
        let task = Task { [client] in
            try await client.withConnection { connection in
                try await connection.copyIn(Self.statement) { writer in
                    var number: Int32 = 0
                    while true {
                        try writer.row(columns: 3) { row in
                            row.writeNull()
                            row.write("x")
                            row.write(number)
                        }
                        number &+= 1
                        if number == 10_000 { started.fire() }
                    }
                }
            }
        }
        try await started.wait()
        task.cancel()
        let error = await postgresError { _ = try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await count() == 0)
        #expect(client.status.idle == client.status.open)
    }
}
