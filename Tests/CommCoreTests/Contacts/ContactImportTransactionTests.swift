import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Contact import: all or nothing", .database)
struct ContactImportTransactionTests {
    @Test("an upload that breaks off leaves nothing")
    func brokenUpload() async throws {
        struct Broken: Error {}
        let fixture = try await ContactsFixture.make()
        let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
            continuation.yield(Array("email\nann@example.com\nbob@example.com\n".utf8))
            continuation.finish(throwing: Broken())
        }
        await #expect(throws: Broken.self) {
            try await fixture.importer.run(source, options: ImportOptions(tenantID: fixture.tenantID, listID: fixture.list.id))
        }
        #expect(try await fixture.count("contacts") == 0)
        #expect(try await fixture.count("import_jobs") == 0)
    }

    @Test("an import that is cancelled while it merges leaves nothing, and can be run again")
    func cancelledMerge() async throws {
        let fixture = try await ContactsFixture.make()
        let file = "email\n" + (0..<3_000).map { "user\($0)@example.com\n" }.joined()
        // Another session holds one of the addresses, so that the merge stands still until it is cancelled.
        try await fixture.database.client.withTransaction { blocker in
            try await blocker.execute(
                """
                INSERT INTO contacts (tenant_id, id, email, email_norm, created_at, updated_at)
                VALUES (\(fixture.tenantID), \(UUID()), 'user7@example.com', 'user7@example.com', now(), now())
                """
            )
            let running = Task { try await fixture.run(file, chunk: 4_096) }
            try await waitUntil("the merge waits for the other session") { try await fixture.isWaitingForLock() }
            running.cancel()
            await #expect(throws: (any Error).self) { try await running.value }
        }
        #expect(try await fixture.count("contacts") == 1)
        #expect(try await fixture.count("list_contacts") == 0)
        let report = try await fixture.run(file, chunk: 4_096)
        #expect((report.created, report.added) == (2_999, 3_000))
    }

    @Test("two imports of the same contacts at once wait for each other, in whatever order their rows stand")
    func twoAtOnce() async throws {
        let fixture = try await ContactsFixture.make()
        let rows = (0..<1_500).map { "user\($0)@example.com" }
        _ = try await fixture.run("email,name\n" + rows.prefix(700).map { "\($0),Old\n" }.joined(), chunk: 4_096)
        async let up = fixture.run("email,name\n" + rows.map { "\($0),Up\n" }.joined(), chunk: 4_096)
        async let down = fixture.run("email,name\n" + rows.reversed().map { "\($0),Down\n" }.joined(), chunk: 4_096)
        let reports = try await [up, down]
        #expect(reports.map(\.created).reduce(0, +) == 800)
        #expect(reports.map(\.added).reduce(0, +) == 800)
        #expect(try await fixture.count("contacts") == 1_500)
        let names = Set(try await fixture.stored().values.map(\.name))
        #expect(names.count == 1)
    }

    @Test("a hundred thousand rows are merged slice by slice, none lost and none twice", .timeLimit(.minutes(3)))
    func manyRows() async throws {
        let fixture = try await ContactsFixture.make()
        let source = GeneratedRows(count: 100_000)
        let report = try await fixture.importer.run(source, options: ImportOptions(tenantID: fixture.tenantID, listID: fixture.list.id))
        #expect((report.processed, report.added, report.errors, report.duplicates) == (100_000, 99_900, 100, 0))
        #expect(report.errorSamples.count == 3)
        #expect(report.errorsKept == 100)
        #expect(try await fixture.count("list_contacts") == 99_900)
    }
}

extension ContactsFixture {
    /// Whether some statement of the role of comm-api waits for a lock.
    func isWaitingForLock() async throws -> Bool {
        try await !database.client.query(
            """
            SELECT 1 FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO contacts%'
            """
        ).isEmpty
    }
}

/// A CSV file made as it is read; every thousandth row has no address.
private struct GeneratedRows: AsyncSequence, Sendable {
    let count: Int

    func makeAsyncIterator() -> Iterator {
        Iterator(count: count)
    }

    struct Iterator: AsyncIteratorProtocol {
        let count: Int
        var next = -1

        mutating func next() async -> [UInt8]? {
            guard next < count else { return nil }
            if next < 0 {
                next = 0
                return Array("email,name\n".utf8)
            }
            defer { next = Swift.min(count, next + 500) }
            return Array(
                (next..<Swift.min(count, next + 500))
                    .map { $0.isMultiple(of: 1_000) ? ",Nobody\n" : "user\($0)@example.com,\"User \($0)\"\n" }.joined().utf8
            )
        }
    }
}
