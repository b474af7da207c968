import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Errors", .database)
struct ErrorTests {
    private let client = TestDatabase.current.client

    @Test("an error of decoding names the column and both types")
    func namesColumn() async throws {
        let row = try await client.query("SELECT 'x'::text AS email, NULL::int AS age")[0]
        let wrongType = #expect(throws: PostgresError.self) { try row.get("email") as Int }
        #expect(wrongType?.code == .decoding)
        #expect(wrongType?.message == "column email (text) cannot be read as Int")
        let null = #expect(throws: PostgresError.self) { try row.get("age") as Int }
        #expect(null?.message.contains("age is NULL") == true)
        let missing = #expect(throws: PostgresError.self) { try row.get("aeg") as Int }
        #expect(missing?.message.contains("email, age") == true)
        let none = try await client.query("SELECT 1 AS n WHERE false")
        #expect(#expect(throws: PostgresError.self) { try none[0].get("n") as Int }?.message == "there is no row 0, the result has 0")
    }

    @Test("a unique violation tells constraint and SQLSTATE, and keeps the values out of its description")
    func uniqueViolation() async throws {
        try await client.execute("CREATE TABLE people (email text CONSTRAINT people_email_key UNIQUE)")
        try await client.execute("INSERT INTO people VALUES (\("a@example.com"))")
        let error = await postgresError { [client] in try await client.execute("INSERT INTO people VALUES (\("a@example.com"))") }
        #expect(error?.code == .server)
        #expect(error?.sqlState == "23505")
        #expect(error?.constraint == "people_email_key")
        #expect(error?.table == "people")
        #expect(error?.isUniqueViolation(of: "people_email_key") == true)
        #expect(error?.isUniqueViolation(of: "other") == false)
        #expect(error?.isTransient == false)
        #expect(error?.query == "INSERT INTO people VALUES ($1)")
        #expect(error.map { !"\($0)".contains("a@example.com") } == true)
    }

    @Test("a syntax error shows the statement and leaves the pool healthy")
    func syntaxError() async throws {
        let error = await postgresError { [client] in _ = try await client.query("SELEC 1") }
        #expect(error?.sqlState == "42601")
        #expect(error?.query == "SELEC 1")
        #expect(try await client.query("SELECT 1 AS n")[0].get("n") as Int == 1)
    }

    @Test(
        "a password never appears in an error",
        arguments: ["postgres://u:topsecret@127.0.0.1:1/d", "postgres://u:topsecret@[bad", "host=127.0.0.1 port=1 password=topsecret"]
    )
    func hidesPassword(url: String) async throws {
        let error = await postgresError {
            try await withClient(borrowTimeout: .milliseconds(200), url: url) { _ = try await $0.query("SELECT 1") }
        }
        #expect(error?.code == .connectionFailed || error?.code == .invalidInput)
        #expect(error.map { !"\($0) \($0.detail ?? "")".contains("topsecret") } == true)
    }

    @Test("too many values are refused before anything is sent")
    func tooManyValues() async throws {
        let many = SQL.joined((0..<65_536).map { "\($0)" }, separator: ", ")
        let error = await postgresError { [client] in _ = try await client.query("SELECT \(sql: many)") }
        #expect(error?.code == .invalidInput)
        #expect(try await client.query("SELECT 1").count == 1)
    }

    @Test("a role that does not exist fails at once and says so")
    func unknownRole() async throws {
        let error = await postgresError {
            try await withClient(role: "no_such_role") { _ = try await $0.query("SELECT 1") }
        }
        #expect(error?.code == .server)
        #expect(error?.message.contains("no_such_role") == true)
    }
}
