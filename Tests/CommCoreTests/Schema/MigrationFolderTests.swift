import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Migrations folder")
struct MigrationFolderTests {
    /// The code with which reading a folder of these files fails, nil if it does not.
    private func refusal(of names: [String]) throws -> SchemaError.Code? {
        let files = try MigrationFiles(Dictionary(uniqueKeysWithValues: names.map { ($0, "SELECT 1;") }))
        defer { files.removeAll() }
        do {
            _ = try MigrationFolder.read(files.path)
            return nil
        } catch let error as SchemaError {
            return error.code
        }
    }

    @Test("this build expects exactly the migrations that there are")
    func expectedVersion() throws {
        let migrations = try MigrationFolder.read(TestEnvironment.migrationsFolder)
        #expect(migrations.last?.version == Schema.expectedVersion)
    }

    @Test("files are read in order of their numbers; other files are left alone")
    func reads() throws {
        let files = try MigrationFiles(["0002_b.sql": "two", "0001_a.sql": "one", "README.md": "x"])
        defer { files.removeAll() }
        let migrations = try MigrationFolder.read(files.path)
        #expect(migrations.map(\.fileName) == ["0001_a.sql", "0002_b.sql"])
        #expect(migrations[0].text == "one")
        #expect(migrations[0].checksum == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
    }

    @Test("gaps, duplicates and misnamed files are refused")
    func refuses() throws {
        #expect(try refusal(of: ["0001_a.sql", "0002_b.sql"]) == nil)
        #expect(try refusal(of: ["0001_a.sql", "0003_b.sql"]) == .gap)
        #expect(try refusal(of: ["0002_a.sql"]) == .gap)
        #expect(try refusal(of: ["0001_a.sql", "0001_b.sql"]) == .duplicate)
        #expect(try refusal(of: []) == .unreadable)
        for name in ["001_a.sql", "0001a.sql", "0001_.sql", "0001_A.sql", "0000_a.sql", "0001-a.sql", "x.sql"] {
            #expect(try refusal(of: [name]) == .badName)
        }
    }

    @Test("a folder that is not there is reported")
    func missing() {
        let error = #expect(throws: SchemaError.self) { try MigrationFolder.read("/nonexistent") }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains("/nonexistent") == true)
    }

    @Test("a name that is taken apart is put together the same", arguments: ["0001_a", "0420_more_tables_2", "9999___"])
    func roundTrip(stem: String) throws {
        let (version, name) = try #require(MigrationFolder.parse(stem + ".sql"))
        #expect(Migration(version: version, name: name, text: "").fileName == stem + ".sql")
    }
}
