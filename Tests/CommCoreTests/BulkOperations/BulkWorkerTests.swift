import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Bulk operations in the background", .database)
struct BulkWorkerTests {
    /// More than two batches.
    private static let many = 4_500

    @Test("a large one is left to a worker, batch by batch, with progress between them")
    func progress() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let operation = try await fixture.run(.tag(["vip"]))
        #expect(operation.state == .queued && operation.matched == Self.many && operation.processed == 0)
        let faults = try FaultPoints(parsing: "bulk.batch.before:3:error")
        await #expect(throws: FaultInjected.self) { try await fixture.worker(faults).step() }
        let halfway = try await fixture.get(operation)
        #expect(halfway.state == .running && halfway.processed == 4_000 && halfway.changed == 4_000)
    }

    @Test("a crash in the middle of a batch repeats that batch, and no other")
    func crash() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let operation = try await fixture.run(.tag(["vip"]))
        let faults = try FaultPoints(parsing: "bulk.batch.mid:2:error")
        await #expect(throws: FaultInjected.self) { try await fixture.worker(faults).step() }
        #expect(try await fixture.get(operation).processed == 2_000)
        // Until the lease of the dead worker ends nobody touches the operation.
        #expect(try await fixture.worker().step() == false)
        fixture.time.advance(by: 61)
        try await fixture.drain(fixture.worker())
        let done = try await fixture.get(operation)
        #expect(done.state == .completed && done.processed == Self.many && done.changed == Self.many)
        #expect(try await fixture.number("SELECT count(*) FROM contacts WHERE tags = '{vip}'") == Self.many)
        #expect(try await fixture.number("SELECT count(*) FROM bulk_operation_items") == Self.many)
        #expect(try await fixture.tags.list(tenantID: fixture.tenantID) == [TagCount(tag: "vip", contacts: Self.many)])
    }

    @Test("a worker that wakes up late does not do a batch that another has done")
    func late() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let operation = try await fixture.run(.tag(["vip"]))
        let faults = try FaultPoints(parsing: "bulk.batch.mid:1:error")
        await #expect(throws: FaultInjected.self) { try await fixture.worker(faults).step() }
        fixture.time.advance(by: 61)
        let (one, two) = (fixture.worker(), fixture.worker())
        try await withThrowingTaskGroup { group in
            for worker in [one, two, one, two] { group.addTask { try await fixture.drain(worker) } }
            try await group.waitForAll()
        }
        let done = try await fixture.get(operation)
        #expect(done.state == .completed && done.changed == Self.many && done.skipped == 0)
        #expect(try await fixture.number("SELECT count(*) FROM bulk_operation_items") == Self.many)
    }

    @Test("a filter is frozen when the work begins, and the work does not follow what it changes itself")
    func frozen() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let operation = try await fixture.bulk.submit(
            tenantID: fixture.tenantID,
            .setAttribute(key: "seen", value: .boolean(true)),
            .filter(PostgresJSON(#"{"field":"attributes.seen","op":"is_empty"}"#), excluding: []),
            createdBy: "test"
        )
        #expect(operation.state == .queued && operation.matched == nil)
        try await fixture.drain(fixture.worker())
        let done = try await fixture.get(operation)
        #expect(done.state == .completed && done.matched == Self.many && done.changed == Self.many)
    }

    @Test("cancelling stops between two batches; what was changed can be taken back")
    func cancel() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let before = try await fixture.state()
        let operation = try await fixture.run(.tag(["vip"]))
        let faults = try FaultPoints(parsing: "bulk.batch.before:2:error")
        await #expect(throws: FaultInjected.self) { try await fixture.worker(faults).step() }
        let asked = try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: operation.id)
        #expect(asked.cancelRequested && asked.state == .running)
        fixture.time.advance(by: 61)
        try await fixture.drain(fixture.worker())
        let cancelled = try await fixture.get(operation)
        #expect(cancelled.state == .cancelled && cancelled.changed == 2_000)
        let undo = try await fixture.undo(cancelled)
        #expect(undo.state == .queued)
        try await fixture.drain(fixture.worker())
        #expect(try await fixture.get(undo).changed == 2_000)
        #expect(try await fixture.state() == before)
        #expect(await bulkError { try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: operation.id) } == .finished)
    }

    @Test("what was stopped goes on behind the batches that it has done, and is taken back whole")
    func resume() async throws {
        let fixture = try await BulkFixture.make(contacts: Self.many)
        let before = try await fixture.state()
        let operation = try await fixture.run(.tag(["vip"]))
        let faults = try FaultPoints(parsing: "bulk.batch.before:2:error")
        await #expect(throws: FaultInjected.self) { try await fixture.worker(faults).step() }
        _ = try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: operation.id)
        #expect(await bulkError { try await fixture.bulk.resume(tenantID: fixture.tenantID, id: operation.id) } == .notFinished)
        fixture.time.advance(by: 61)
        try await fixture.drain(fixture.worker())
        #expect(try await fixture.get(operation).processed == 2_000)
        let resumed = try await fixture.bulk.resume(tenantID: fixture.tenantID, id: operation.id, atOnce: 10)
        #expect(resumed.state == .queued && !resumed.cancelRequested && resumed.finishedAt == nil && resumed.processed == 2_000)
        try await fixture.drain(fixture.worker())
        let done = try await fixture.get(operation)
        #expect(done.state == .completed && done.processed == Self.many && done.changed == Self.many)
        #expect(await bulkError { try await fixture.bulk.resume(tenantID: fixture.tenantID, id: operation.id) } == .finished)
        try await fixture.undo(done)
        try await fixture.drain(fixture.worker())
        #expect(try await fixture.state() == before)
        #expect(await bulkError { try await fixture.bulk.resume(tenantID: fixture.tenantID, id: UUID()) } == .notFound)
    }

    @Test("an undo that was stopped goes on unless another one has taken its place")
    func resumeUndo() async throws {
        let fixture = try await BulkFixture.make(contacts: 6)
        let operation = try await fixture.run(.tag(["vip"]))
        let undo = try await fixture.undo(operation, atOnce: 0)
        _ = try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: undo.id)
        let again = try await fixture.bulk.resume(tenantID: fixture.tenantID, id: undo.id)
        try await fixture.drain(fixture.worker())
        #expect(try await fixture.get(again).changed == 6)
        let other = try await fixture.run(.tag(["new"]))
        let first = try await fixture.undo(other, atOnce: 0)
        _ = try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: first.id)
        #expect(try await fixture.undo(other).changed == 6)
        #expect(await bulkError { try await fixture.bulk.resume(tenantID: fixture.tenantID, id: first.id) } == .notResumable)
    }

    @Test("what nobody has begun is cancelled at once")
    func cancelQueued() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let operation = try await fixture.run(.tag(["vip"]), atOnce: 1)
        #expect(try await fixture.bulk.cancel(tenantID: fixture.tenantID, id: operation.id).state == .cancelled)
        #expect(try await fixture.worker().step() == false)
        #expect(try await fixture.number("SELECT count(*) FROM contacts WHERE tags <> '{}'") == 0)
    }

    @Test("operations of a tenant run in their order, and those of several tenants in turn")
    func order() async throws {
        let (first, second) = (try await BulkFixture.make(contacts: 3), try await BulkFixture.make(contacts: 3))
        try await first.run(.tag(["a"]), atOnce: 1)
        try await first.run(.renameTag(from: "a", to: "b"), atOnce: 1)
        try await second.run(.tag(["c"]), atOnce: 1)
        second.time.advance(by: 10)
        try await second.drain(second.worker())
        #expect(try await first.tags(of: first.contacts[0]) == ["b"])
        #expect(try await second.tags(of: second.contacts[0]) == ["c"])
    }

    @Test("what can no longer be read fails with a reason, and does not hold up what comes behind it")
    func unreadable() async throws {
        let fixture = try await BulkFixture.make(contacts: 1_001)
        let broken = try await fixture.bulk.submit(
            tenantID: fixture.tenantID,
            .tag(["a"]),
            .filter(PostgresJSON("{}"), excluding: []),
            createdBy: "test"
        )
        try await fixture.execute(#"UPDATE bulk_operations SET selection = '{"filter":{"nonsense":1}}'"#)
        let next = try await fixture.run(.tag(["b"]), on: Array(fixture.contacts[..<2]), atOnce: 1)
        try await fixture.drain(fixture.worker())
        let failed = try await fixture.get(broken)
        #expect(failed.state == .failed && failed.error?.contains("nonsense") == true)
        #expect(try await fixture.get(next).state == .completed)
    }

    @Test("a contact that somebody else holds for long delays a small operation, it does not fail it")
    func locked() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        try await fixture.database.client.withTransaction { connection in
            try await connection.execute("SELECT FROM contacts WHERE id = \(fixture.contacts[0]) FOR UPDATE")
            let operation = try await fixture.run(.tag(["vip"]))
            #expect(operation.state == .running && operation.processed == 0)
        }
        try await fixture.drain(fixture.worker())
        #expect(try await fixture.tags(of: fixture.contacts[0]) == ["vip"])
    }
}
