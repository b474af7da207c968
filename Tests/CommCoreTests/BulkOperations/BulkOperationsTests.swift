import CommCore
import CommTesting
import Foundation
import Postgres
import Testing

@Suite("Bulk operations", .database)
struct BulkOperationsTests {
    @Test("a small one is done when the call returns, and counts what it changed, left as it was and passed over")
    func counts() async throws {
        let fixture = try await BulkFixture.make()
        try await fixture.run(.tag(["vip"]), on: [fixture.contacts[0]])
        try await fixture.run(.delete(reason: "x"), on: [fixture.contacts[1]])
        let operation = try await fixture.run(.tag(["vip"]), on: fixture.contacts + [UUID()])
        #expect(operation.state == .completed && operation.requested == 7)
        // The deleted one and the stranger are not meant at all.
        #expect(operation.matched == 5 && operation.processed == 5)
        #expect(operation.changed == 4 && operation.unchanged == 1 && operation.skipped == 0)
        #expect(try await fixture.tags(of: fixture.contacts[5]) == ["vip"])
        #expect(try await fixture.tags(of: fixture.contacts[1]).isEmpty)
    }

    @Test("deleting keeps lists, status and tags, and restoring brings the contact back with them")
    func deleteAndRestore() async throws {
        let fixture = try await BulkFixture.make()
        try await fixture.execute("UPDATE contacts SET status = 'unsubscribed' WHERE id = \(fixture.contacts[2])")
        try await fixture.run(.tag(["a"]))
        let before = try await fixture.state()
        let deleted = try await fixture.run(.delete(reason: "spring"), on: Array(fixture.contacts[1...2]))
        #expect(deleted.changed == 2)
        let (bin, total) = try await fixture.bin.list(tenantID: fixture.tenantID, limit: 10)
        #expect(total == 2 && bin.map(\.id) == [fixture.contacts[2], fixture.contacts[1]])
        #expect(bin.allSatisfy { $0.operationID == deleted.id } && bin.first?.status == .unsubscribed)
        let lists = try await ListRepository(client: fixture.client, time: fixture.time).list(tenantID: fixture.tenantID)
        #expect(lists.first { $0.list.id == fixture.lists[0] }?.contactCount == 4)
        let restored = try await fixture.run(.restore, on: Array(fixture.contacts[1...2]))
        #expect(restored.changed == 2)
        #expect(try await fixture.state() == before)
    }

    @Test("moving makes memberships in one list and ends them in the other; who left the list himself is not moved")
    func move() async throws {
        let fixture = try await BulkFixture.make(contacts: 3)
        let (from, to) = (fixture.lists[0], fixture.lists[1])
        try await fixture.execute("UPDATE list_contacts SET status = 'unsubscribed' WHERE contact_id = \(fixture.contacts[0])")
        let operation = try await fixture.run(.move(from: from, to: to))
        #expect(operation.changed == 2 && operation.skipped == 1)
        #expect(try await fixture.bin.joined(to, by: operation.id, tenantID: fixture.tenantID) == 2)
        #expect(try await fixture.number("SELECT count(*) FROM list_contacts WHERE list_id = \(from)") == 1)
        let result = try await csv(operation, fixture)
        #expect(result == "contact_id,email,reason\r\n\(fixture.contacts[0].uuidString.lowercased()),p1@ex.test,unsubscribed\r\n")
    }

    @Test("adding to a list again leaves an ended membership ended")
    func optedOutMember() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        try await fixture.execute("UPDATE list_contacts SET status = 'unsubscribed' WHERE contact_id = \(fixture.contacts[0])")
        let operation = try await fixture.run(.addToList(fixture.lists[0]))
        #expect(operation.changed == 0 && operation.unchanged == 2)
        let removed = try await fixture.run(.removeFromList(fixture.lists[0]))
        #expect(removed.changed == 1 && removed.skipped == 1)
    }

    @Test("attributes are set and taken away")
    func attributes() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let value = AttributeValue.object(["n": .number(2), "tags": .list([.text("x")])])
        #expect(try await fixture.run(.setAttribute(key: "order", value: value)).changed == 2)
        #expect(try await fixture.run(.setAttribute(key: "order", value: value)).unchanged == 2)
        let contact = try await fixture.editor.get(tenantID: fixture.tenantID, id: fixture.contacts[0])
        #expect(contact.contact.attributes == ["order": value])
        #expect(try await fixture.run(.removeAttribute(key: "order")).changed == 2)
        #expect(try await fixture.editor.get(tenantID: fixture.tenantID, id: fixture.contacts[0]).contact.attributes.isEmpty)
    }

    @Test("a contact with a hundred tags or attributes is passed over with the reason")
    func limits() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        let many = try #require(fixture.contacts.first)
        try await fixture.execute("UPDATE contacts SET tags = ARRAY(SELECT 't' || n FROM generate_series(1, 100) n) WHERE id = \(many)")
        try await fixture.execute(
            "UPDATE contacts SET attributes = (SELECT jsonb_object_agg('k' || n, n) FROM generate_series(1, 100) n) WHERE id = \(many)"
        )
        let tagged = try await fixture.run(.tag(["vip"]))
        #expect(tagged.changed == 1 && tagged.skipped == 1)
        #expect(try await csv(tagged, fixture).hasSuffix(",p1@ex.test,too_many_tags\r\n"))
        let set = try await fixture.run(.setAttribute(key: "new", value: .text("x")))
        #expect(try await csv(set, fixture).hasSuffix(",p1@ex.test,too_many_attributes\r\n"))
        #expect(try await fixture.run(.setAttribute(key: "k1", value: .text("x"))).changed == 2)
    }

    @Test("suppressing adds entries and unsubscribes; what was there already stays")
    func suppress() async throws {
        let fixture = try await BulkFixture.make(contacts: 3)
        try await suppress("p1@ex.test", "complaint", fixture)
        try await fixture.execute("UPDATE contacts SET status = 'complained' WHERE id = \(fixture.contacts[0])")
        try await suppress("p2@ex.test", "manual", until: "2030-01-01", fixture)
        let operation = try await fixture.run(.suppress(reason: "manual", note: "by request"))
        #expect(operation.changed == 2 && operation.unchanged == 1)
        #expect(try await fixture.number("SELECT count(*) FROM suppressions WHERE expires_at IS NULL") == 3)
        let rows = try await fixture.database.client.query("SELECT status FROM contacts ORDER BY id")
        let statuses = try rows.map { try $0.get("status") as String }
        #expect(statuses == ["complained", "unsubscribed", "unsubscribed"])
        let computed = try await fixture.number("SELECT count(*) FROM contacts WHERE suppression_reason IS NOT NULL")
        #expect(computed == 3)
    }

    @Test("unsuppressing never frees complaints and bounces, and people's own wishes only when told so")
    func unsuppress() async throws {
        let fixture = try await BulkFixture.make(contacts: 5)
        for (index, reason) in ["complaint", "bounce", "unsubscribe", "manual"].enumerated() {
            try await suppress("p\(index + 1)@ex.test", reason, fixture)
        }
        try await fixture.execute("UPDATE contacts SET status = 'unsubscribed' WHERE id = ANY(\(Array(fixture.contacts[2...3])))")
        let first = try await fixture.run(.unsuppress(includesUnsubscribed: false))
        #expect(first.changed == 1 && first.skipped == 3 && first.unchanged == 1)
        let reasons = try await csv(first, fixture).split(separator: "\r\n").dropFirst().map { $0.split(separator: ",").last ?? "" }
        #expect(reasons == ["complained", "bounced", "unsubscribed"])
        let second = try await fixture.run(.unsuppress(includesUnsubscribed: true))
        #expect(second.changed == 1 && second.skipped == 2)
        #expect(try await fixture.number("SELECT count(*) FROM suppressions") == 2)
    }

    @Test("an export is a file of those that matched, without who is deleted since")
    func export() async throws {
        let fixture = try await BulkFixture.make(contacts: 3)
        try await fixture.run(.tag(["a", "b"]), on: [fixture.contacts[0]])
        let operation = try await fixture.run(.export(columns: ["email", "tags", "attributes.city"]))
        #expect(operation.state == .completed && operation.processed == 3 && operation.changed == 0)
        try await fixture.run(.delete(reason: "x"), on: [fixture.contacts[1]])
        #expect(try await csv(operation, fixture) == "email,tags,attributes.city\r\np1@ex.test,\"a, b\",\r\np3@ex.test,,\r\n")
    }

    @Test("a filter with exceptions says who is meant")
    func filter() async throws {
        let fixture = try await BulkFixture.make()
        let filter = PostgresJSON(#"{"email_domain":"ex.test"}"#)
        let operation = try await fixture.bulk.submit(
            tenantID: fixture.tenantID,
            .tag(["all"]),
            .filter(filter, excluding: [fixture.contacts[3]]),
            createdBy: "test"
        )
        #expect(operation.matched == 5 && operation.changed == 5)
        #expect(try await fixture.tags(of: fixture.contacts[3]).isEmpty)
        let refused = await bulkError {
            try await fixture.bulk.submit(
                tenantID: fixture.tenantID,
                .tag(["x"]),
                .filter(PostgresJSON(#"{"nonsense":1}"#), excluding: []),
                createdBy: "test"
            )
        }
        #expect(refused == .invalid)
    }

    @Test("lists and operations of another tenant are not there")
    func otherTenant() async throws {
        let fixture = try await BulkFixture.make()
        let other = try await BulkFixture.make()
        let refused = await bulkError {
            try await fixture.bulk.submit(
                tenantID: fixture.tenantID,
                .addToList(other.lists[0]),
                .ids(fixture.contacts),
                createdBy: "test"
            )
        }
        #expect(refused == .listNotFound)
        let before = try await other.state()
        #expect(try await fixture.run(.delete(reason: "x"), on: other.contacts).matched == 0)
        #expect(try await other.state() == before)
        let operation = try await fixture.run(.tag(["x"]))
        #expect(await bulkError { try await fixture.bulk.get(tenantID: other.tenantID, id: operation.id) } == .notFound)
        #expect(await bulkError { try await other.undo(operation) } == .notFound)
        #expect(await bulkError { try await fixture.bulk.cancel(tenantID: other.tenantID, id: operation.id) } == .notFound)
        #expect(try await fixture.bulk.list(tenantID: other.tenantID).isEmpty)
    }

    private func csv(_ operation: BulkOperation, _ fixture: BulkFixture) async throws -> String {
        let box = TextBox()
        try await BulkResultRepository(client: fixture.client).write(operation, tenantID: fixture.tenantID) { await box.append($0) }
        return String(await box.text.drop { $0 == "\u{FEFF}" })
    }

    private func suppress(_ email: String, _ reason: String, until: String? = nil, _ fixture: BulkFixture) async throws {
        try await fixture.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at, expires_at)
            VALUES (\(fixture.tenantID), \(UUID()), \(UUID()), \(email), \(email), \(reason), 'admin', \(fixture.time.now),
                    \(until)::timestamptz)
            """
        )
    }
}
