import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Values", .database)
struct ValueTests {
    enum Color: String, PostgresEnum { case red, green }
    struct Key: RawRepresentable, PostgresEnum, Equatable { let rawValue: UUID }

    /// Sends a value and reads it back, alone and as part of an array with a NULL.
    private func roundTrip<T: PostgresCodable & PostgresArrayElement & Equatable>(_ value: T, _ type: String) async throws {
        let (array, optionals): ([T], [T?]) = ([value, value], [nil, value, nil])
        let row = try await TestDatabase.current.client.query(
            """
            SELECT \(value)::\(raw: type) AS one, \(nil as T?)::\(raw: type) AS none, \(array)::\(raw: type)[] AS many,
                   \(optionals)::\(raw: type)[] AS some, \([] as [T])::\(raw: type)[] AS empty
            """
        )[0]
        #expect(try row.get("one") as T == value)
        #expect(try row.get("none") as T? == nil)
        #expect(try row.get("many") as [T] == array)
        #expect(try row.get("some") as [T?] == optionals)
        #expect(try row.get("empty") as [T] == [])
    }

    @Test("every type comes back as it went", arguments: 0..<6 as Range<UInt64>)
    func roundTrips(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await roundTrip(Int.random(in: .min ... .max, using: &random), "bigint")
        try await roundTrip(Int64.random(in: .min ... .max, using: &random), "bigint")
        try await roundTrip(Int32.random(in: .min ... .max, using: &random), "integer")
        try await roundTrip(Int16.random(in: .min ... .max, using: &random), "smallint")
        try await roundTrip(Bool.random(using: &random), "boolean")
        try await roundTrip(Double(bitPattern: UInt64.random(in: 0...(0x7FE0 << 48), using: &random)), "double precision")
        try await roundTrip(Random.text(using: &random), "text")
        try await roundTrip(Random.text(using: &random), "varchar")
        try await roundTrip(Random.uuid(using: &random), "uuid")
        try await roundTrip(Random.date(using: &random), "timestamptz")
        try await roundTrip(Random.bytes(using: &random), "bytea")
        try await roundTrip(PostgresJSON("{\"n\": \(Int32.random(in: .min ... .max, using: &random))}"), "jsonb")
    }

    @Test("enumerations and typed identifiers travel as their raw values")
    func rawValues() async throws {
        try await roundTrip(Color.green, "text")
        try await roundTrip(Key(rawValue: UUID()), "uuid")
        let row = try await TestDatabase.current.client.query("SELECT 'blue' AS color")[0]
        #expect(throws: PostgresError.self) { try row.get("color") as Color }
    }

    @Test("the ends of every range come back as they went")
    func extremes() async throws {
        for value in [Int.min, -1, 0, 1, .max] { try await roundTrip(value, "bigint") }
        for value in [-Double.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity] {
            try await roundTrip(value, "double precision")
        }
        for value in ["", "'", "\\", "$1", "\u{1F600}é\u{301}\n\t"] { try await roundTrip(value, "text") }
        try await roundTrip([UInt8](), "bytea")
        try await roundTrip([UInt8](0...255), "bytea")
        let nan: Double = try await TestDatabase.current.client.query("SELECT \(Double.nan)")[0].get(0)
        #expect(nan.isNaN)
    }

    @Test("integers are read from every width that fits, and refused when they do not")
    func widths() async throws {
        let row = try await TestDatabase.current.client.query("SELECT 7::smallint AS a, 8::integer AS b, 9::bigint AS c, 5000000000 AS d")[
            0
        ]
        #expect(try [row.get("a") as Int, row.get("b") as Int, row.get("c") as Int] == [7, 8, 9])
        #expect(try row.get("c") as Int16 == 9)
        #expect(throws: PostgresError.self) { try row.get("d") as Int32 }
    }

    @Test("numeric is read as the server prints it", arguments: 0..<4 as Range<UInt64>)
    func numeric(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var texts = ["0", "0.00", "-1", "1e20", "0.0001", "-0.00012345", "10000", "99999999.9999", "NaN", "Infinity", "-Infinity", "1e-20"]
        for _ in 0..<100 {
            let digits = String(
                (0..<Int.random(in: 1...25, using: &random)).map { _ in Character(String(Int.random(in: 0...9, using: &random))) }
            )
            texts.append("\(digits)e\(Int.random(in: -30...10, using: &random))")
        }
        let rows = try await TestDatabase.current.client.query("SELECT n::numeric AS n, n::numeric::text AS t FROM unnest(\(texts)) AS n")
        #expect(rows.count == texts.count)
        for row in rows { #expect(try row.get("n") as String == row.get("t") as String) }
        #expect(try rows[2].get("n") as Double == -1)
    }

    @Test("addresses are read as the server prints them")
    func inet() async throws {
        let texts = ["10.1.2.3", "10.0.0.0/8", "::1", "2001:db8::/32", "fe80::1234:5678", "0.0.0.0/0", "::ffff:1.2.3.4"]
        let rows = try await TestDatabase.current.client.query("SELECT a::inet AS a, a AS t FROM unnest(\(texts)) AS a")
        for row in rows {
            #expect(try row.get("a") as String == row.get("t") as String)
        }
    }

    @Test("dates are read from every date type; infinity is the distant future")
    func dates() async throws {
        let row = try await TestDatabase.current.client.query(
            "SELECT 'infinity'::timestamptz AS a, '-infinity'::timestamptz AS b, '2001-01-02'::date AS c, '2001-01-01 00:00:01'::timestamp AS d"
        )[0]
        #expect(try row.get("a") as Date == .distantFuture)
        #expect(try row.get("b") as Date == .distantPast)
        #expect(try row.get("c") as Date == Date(timeIntervalSinceReferenceDate: 86_400))
        #expect(try row.get("d") as Date == Date(timeIntervalSinceReferenceDate: 1))
    }

    @Test("text takes the type of its surroundings")
    func untypedText() async throws {
        let id = UUID()
        let row = try await TestDatabase.current.client.query(
            "SELECT \(id) = \(id.uuidString) AS same, '10.0.0.0/8'::inet >> \("10.1.1.1") AS inside, \("{}")::jsonb = '{}' AS json, 1.5 = \("1.50") AS n"
        )[0]
        for column in row.columns { #expect(try row.get(column) as Bool) }
    }

    @Test("JSON is encoded and decoded through Codable")
    func json() async throws {
        struct Point: Codable, Equatable {
            var x: Int
            var at: Date
        }
        let point = Point(x: 1, at: Date(timeIntervalSince1970: 1_700_000_000))
        let row = try await TestDatabase.current.client.query("SELECT \(try PostgresJSON(encoding: point)) AS b, '{\"x\":1}'::json AS j")[0]
        #expect(try row.get("b", as: PostgresJSON.self).decode(Point.self) == point)
        #expect(try row.get("j", as: PostgresJSON.self).text == "{\"x\":1}")
    }

    @Test("a NUL character is refused before anything is sent, wherever it hides")
    func refusesNUL() async throws {
        let client = TestDatabase.current.client
        for sql in ["SELECT \("a\0b")", "SELECT \(["ok", "\0"])", "SELECT \(PostgresJSON("\0"))"] as [SQL] {
            let error = await postgresError { _ = try await client.query(sql) }
            #expect(error?.code == .invalidInput)
        }
        #expect(client.status.idle == client.status.open)
    }

    @Test("a date that the server cannot hold is refused before anything is sent")
    func refusesImpossibleDates() async throws {
        let client = TestDatabase.current.client
        for seconds in [Double.infinity, .nan, 1e14] {
            let error = await postgresError { _ = try await client.query("SELECT \(Date(timeIntervalSinceReferenceDate: seconds))") }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test("a column is read without copying")
    func borrowsBytes() async throws {
        let row = try await TestDatabase.current.client.query("SELECT 'abc'::text, NULL::text")[0]
        #expect(try row.withBytes(0) { $0.map(Array.init) } == Array("abc".utf8))
        #expect(try row.withBytes(1) { $0 == nil })
        #expect(throws: PostgresError.self) { try row.withBytes(2) { _ in } }
    }
}
