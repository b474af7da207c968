import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Migrator", .database)
struct MigratorTests {
    /// Runs `body` with two migrations and a database to which none has been applied.
    private func withFiles(_ body: (MigrationFiles, TestPlatform) async throws -> Void) async throws {
        let files = try MigrationFiles(["0001_one.sql": "CREATE TABLE one (a int);", "0002_two.sql": "CREATE TABLE two (a int);"])
        defer { files.removeAll() }
        try await body(files, try await TestDatabase.current.platform())
    }

    private func refusal(_ migrator: Migrator) async -> SchemaError? {
        do {
            try await migrator.up()
            return nil
        } catch {
            return error as? SchemaError
        }
    }

    @Test("pending migrations are applied once, in order, and recorded")
    func applies() async throws {
        try await withFiles { files, platform in
            let migrator = files.migrator(url: platform.url)
            #expect(try await migrator.status().map(\.state) == [.pending, .pending])
            #expect(try await migrator.up().map(\.version) == [1, 2])
            #expect(try await migrator.up().isEmpty)
            let statuses = try await migrator.status()
            #expect(statuses.map(\.state) == [.applied, .applied])
            #expect(statuses.allSatisfy { $0.appliedAt != nil })
            try files.write("0003_three.sql", "CREATE TABLE three (a int);")
            #expect(try await migrator.up().map(\.fileName) == ["0003_three.sql"])
            #expect(try await SchemaGuard.version(platform.client) == 3)
        }
    }

    @Test("a migration that fails leaves nothing behind, and those before it stay")
    func fails() async throws {
        try await withFiles { files, platform in
            try files.write("0002_two.sql", "CREATE TABLE two (a int); SELECT 1/0;")
            let migrator = files.migrator(url: platform.url)
            let error = await refusal(migrator)
            #expect(error?.code == .failed)
            #expect(error?.message.contains("0002_two.sql") == true)
            #expect(try await migrator.status().map(\.state) == [.applied, .pending])
            #expect(try await platform.client.query("SELECT to_regclass('two') IS NULL AS gone")[0].get("gone") as Bool)
            try files.write("0002_two.sql", "CREATE TABLE two (a int);")
            #expect(try await migrator.up().map(\.version) == [2])
        }
    }

    @Test("a migration that ends the transaction itself is refused")
    func commitWithin() async throws {
        try await withFiles { files, platform in
            try files.write("0001_one.sql", "CREATE TABLE one (a int); COMMIT;")
            #expect(await refusal(files.migrator(url: platform.url))?.code == .failed)
        }
    }

    @Test("an edited file and a migration that is not known stop everything")
    func disagreement() async throws {
        try await withFiles { files, platform in
            let migrator = files.migrator(url: platform.url)
            try await migrator.up()
            try files.write("0003_three.sql", "CREATE TABLE three (a int);")
            try files.write("0001_one.sql", "CREATE TABLE one (a bigint);")
            #expect(await refusal(migrator)?.code == .changed)
            #expect(try await migrator.status().map(\.state) == [.changed, .applied, .pending])
            try files.write("0001_one.sql", "CREATE TABLE one (a int);")
            try files.remove("0002_two.sql")
            try files.remove("0003_three.sql")
            #expect(await refusal(migrator)?.code == .unknown)
            #expect(try await SchemaGuard.version(platform.client) == 2)
        }
    }

    @Test("runs at the same time wait for each other: everything is applied once")
    func concurrent() async throws {
        try await withFiles { files, platform in
            let migrator = files.migrator(url: platform.url)
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await migrator.up().count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 0, 2])
        }
    }
}
