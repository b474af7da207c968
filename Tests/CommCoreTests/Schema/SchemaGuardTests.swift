import CommTesting
import Postgres
import Testing

@testable import CommCore

@Suite("Schema guard", .database)
struct SchemaGuardTests {
    @Test("the schema that the migrations make is accepted, from the role of a daemon", arguments: ["comm_api", "comm_worker"])
    func current(role: String) async throws {
        let client = TestDatabase.current.client(role: role)
        try await SchemaGuard.requireCurrent(client)
        #expect(try await SchemaGuard.version(client) == Schema.expectedVersion)
    }

    @Test("an empty database is behind, and the error says what to run")
    func behind() async throws {
        let client = try await TestDatabase.current.platform().client
        let error = await #expect(throws: SchemaError.self) { try await SchemaGuard.requireCurrent(client) }
        #expect(error?.code == .behind)
        #expect(error?.message.contains("commctl migrate up") == true)
    }

    @Test("a database of a newer version is refused")
    func ahead() async throws {
        let client = TestDatabase.current.client
        try await client.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES (\(Schema.expectedVersion + 1), 'next', '')"
        )
        let error = await #expect(throws: SchemaError.self) { try await SchemaGuard.requireCurrent(client) }
        #expect(error?.code == .ahead)
    }
}
