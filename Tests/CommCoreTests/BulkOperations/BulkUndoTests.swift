import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Taking bulk operations back", .database)
struct BulkUndoTests {
    @Test("every kind goes back to exactly what was, and forth again")
    func thereAndBack() async throws {
        let fixture = try await BulkFixture.make()
        try await fixture.run(.tag(["old"]), on: Array(fixture.contacts[..<3]))
        try await fixture.run(.setAttribute(key: "city", value: .text("Vilnius")), on: Array(fixture.contacts[..<2]))
        let changes: [BulkChange] = [
            .delete(reason: "x"), .addToList(fixture.lists[1]), .removeFromList(fixture.lists[0]),
            .move(from: fixture.lists[0], to: fixture.lists[1]), .tag(["new", "old"]), .untag(["old"]),
            .renameTag(from: "old", to: "older"), .setAttribute(key: "city", value: .number(7)), .removeAttribute(key: "city"),
            .suppress(reason: "manual", note: nil),
        ]
        for change in changes {
            let before = try await fixture.state()
            let operation = try await fixture.run(change)
            let after = try await fixture.state()
            #expect(operation.changed > 0 && before != after, "\(change)")
            let undone = try await fixture.undo(operation)
            #expect(undone.state == .completed && undone.changed == operation.changed && undone.skipped == 0, "\(change)")
            #expect(try await fixture.state() == before, "\(change)")
            let redone = try await fixture.undo(undone)
            #expect(try await fixture.state() == after, "\(change)")
            try await fixture.undo(redone)
            #expect(try await fixture.state() == before, "\(change)")
        }
    }

    @Test("a contact in whom the same thing was changed since is passed over, with the reason")
    func laterChanges() async throws {
        let fixture = try await BulkFixture.make(contacts: 3)
        let operation = try await fixture.run(.setAttribute(key: "city", value: .text("Vilnius")))
        try await fixture.run(.setAttribute(key: "city", value: .text("Kaunas")), on: [fixture.contacts[0]])
        try await fixture.run(.tag(["unrelated"]), on: [fixture.contacts[1]])
        try await fixture.execute("DELETE FROM contacts WHERE id = \(fixture.contacts[2])")
        let undone = try await fixture.undo(operation)
        #expect(undone.changed == 1 && undone.skipped == 2)
        let kept = try await fixture.editor.get(tenantID: fixture.tenantID, id: fixture.contacts[0])
        #expect(kept.contact.attributes == ["city": .text("Kaunas")])
        let reasons = try await fixture.database.client.query(
            "SELECT skipped FROM bulk_operation_items WHERE operation_id = \(undone.id) AND skipped IS NOT NULL ORDER BY contact_id"
        ).map { try $0.get("skipped") as String }
        #expect(reasons == ["changed_since", "gone"])
    }

    @Test("undoing a deletion leaves alone who was restored and deleted again")
    func deletedAgain() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let first = try await fixture.run(.delete(reason: "x"))
        try await fixture.run(.restore, on: [fixture.contacts[0]])
        try await fixture.run(.delete(reason: "y"), on: [fixture.contacts[0]])
        let undone = try await fixture.undo(first)
        #expect(undone.changed == 1 && undone.skipped == 1)
        #expect(try await fixture.bin.isDeleted(tenantID: fixture.tenantID, id: fixture.contacts[0]) == true)
    }

    @Test("undoing an addition leaves a membership that its owner has ended")
    func endedMembership() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let operation = try await fixture.run(.addToList(fixture.lists[1]))
        try await fixture.execute(
            "UPDATE list_contacts SET status = 'unsubscribed' WHERE list_id = \(fixture.lists[1]) AND contact_id = \(fixture.contacts[0])"
        )
        let undone = try await fixture.undo(operation)
        #expect(undone.changed == 1 && undone.skipped == 1)
        #expect(try await fixture.number("SELECT count(*) FROM list_contacts WHERE list_id = \(fixture.lists[1])") == 1)
    }

    @Test("undoing a suppression leaves who unsubscribed himself in the meantime")
    func ownWish() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let operation = try await fixture.run(.suppress(reason: "manual", note: nil))
        // What a person's own unsubscribe does to the entry.
        try await fixture.execute("UPDATE suppressions SET reason = 'unsubscribe' WHERE email_norm = 'p1@ex.test'")
        let undone = try await fixture.undo(operation)
        #expect(undone.changed == 1 && undone.skipped == 1)
        #expect(try await fixture.number("SELECT count(*) FROM suppressions WHERE email_norm = 'p1@ex.test'") == 1)
    }

    @Test("what runs, is undone, changed nothing, has no way back or is too old is refused")
    func refusals() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let queued = try await fixture.run(.tag(["a"]), atOnce: 1)
        #expect(queued.state == .queued && !queued.isUndoable(at: fixture.time.now))
        #expect(await bulkError { try await fixture.undo(queued) } == .notFinished)
        try await fixture.drain(fixture.worker())
        try await fixture.undo(queued)
        #expect(await bulkError { try await fixture.undo(queued) } == .alreadyUndone)
        let nothing = try await fixture.run(.untag(["never"]))
        #expect(await bulkError { try await fixture.undo(nothing) } == .notUndoable)
        #expect(await bulkError { try await fixture.undo(try await fixture.run(.export(columns: ["email"]))) } == .notUndoable)
        let old = try await fixture.run(.tag(["old"]))
        #expect(old.isUndoable(at: fixture.time.now))
        fixture.time.advance(by: 31 * 86_400)
        #expect(await bulkError { try await fixture.undo(old) } == .notUndoable)
    }

    @Test("after 30 days the log of an operation is dropped, the operation stays to be seen")
    func retention() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let old = try await fixture.run(.tag(["old"]))
        fixture.time.advance(by: 20 * 86_400)
        let young = try await fixture.run(.tag(["young"]))
        fixture.time.advance(by: 15 * 86_400)
        while try await fixture.worker().forgetExpired() {}
        #expect(try await fixture.number("SELECT count(*) FROM bulk_operation_items WHERE operation_id = \(old.id)") == 0)
        #expect(try await fixture.number("SELECT count(*) FROM bulk_operation_batches WHERE operation_id = \(old.id)") == 0)
        #expect(try await fixture.get(old).changed == 2)
        #expect(try await fixture.undo(young).changed == 2)
    }
}
