import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("What the grid knows of a contact", .database)
struct RecipientColumnsTests {
    private let owner = TestDatabase.current.client
    private let time = ManualTime(Date(timeIntervalSince1970: 1_790_000_000))

    private func contact(_ id: UUID) async throws -> PostgresRow {
        try #require(try await owner.query("SELECT * FROM contacts WHERE id = \(id)").first)
    }

    private func status(_ id: UUID) async throws -> String {
        try await contact(id).get("computed_status")
    }

    @Test("a suppression decides the status while it stands, whoever comes first", arguments: ["comm_api", "comm_worker"])
    func suppressions(role: String) async throws {
        let fixture = try await ContactsFixture.make()
        let client = fixture.database.client(role: role)
        let early = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "early@ex.test"))
        func suppress(_ email: String, _ reason: String) async throws {
            _ = try await client.query(
                """
                INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
                VALUES (\(fixture.tenantID), \(UUID()), \(UUID()), \(email), \(email), \(reason), 'test', \(time.now))
                """,
                tenant: fixture.tenantID
            )
        }
        #expect(try await status(early.id) == "new")
        let words = ["bounce": "bounced", "unsubscribe": "unsubscribed", "complaint": "complained", "manual": "suppressed"]
        for (reason, word) in words {
            try await suppress("early@ex.test", reason)
            #expect(try await status(early.id) == word)
            #expect(try await contact(early.id).get("suppression_reason") == reason as String?)
            #expect(try await contact(early.id).get("suppressed_at") == time.now as Date?)
            _ = try await owner.query("DELETE FROM suppressions")
            #expect(try await status(early.id) == "new")
        }
        try await suppress("late@ex.test", "bounce")
        let late = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "late@ex.test"))
        #expect(try await status(late.id) == "bounced")
        try await owner.execute("UPDATE contacts SET email = 'new@ex.test', email_norm = 'new@ex.test' WHERE id = \(late.id)")
        #expect(try await status(late.id) == "new")
        let imported = try await fixture.run("email\nfile@ex.test\nother@ex.test\n")
        #expect(imported.created == 2)
        try await suppress("file@ex.test", "complaint")
        #expect(try await owner.query("SELECT 1 FROM contacts WHERE computed_status = 'complained'").count == 1)
    }

    @Test("tags and search text follow the contact, through edits and its end")
    func followers() async throws {
        let fixture = try await ContactsFixture.make()
        let contact = try await fixture.contacts.upsert(
            tenantID: fixture.tenantID,
            draft: ContactDraft(email: "Ada@Ex.test", name: "Ada Lovelace", attributes: ["city": .text("London"), "age": .number(36)])
        )
        func found(_ part: String) async throws -> Int {
            try await fixture.client.query("SELECT comm_contacts_containing(\(part), 10)", tenant: fixture.tenantID).count
        }
        func terms(_ term: String) async throws -> Int {
            try await fixture.client.query("SELECT comm_contacts_with_term(\([term]), 10)", tenant: fixture.tenantID).count
        }
        func tags() async throws -> [String] {
            try await owner.query("SELECT tag FROM contact_tags ORDER BY tag").map { try $0.get("tag") }
        }
        for (part, count) in ["lovel": 1, "LOVE": 1, "a_a": 0, "%": 0] { #expect(try await found(part) == count, "\(part)") }
        for (term, count) in ["city=London": 1, "age=36": 1, "city=london": 0] { #expect(try await terms(term) == count, "\(term)") }
        _ = try await fixture.client.query(
            "UPDATE contacts SET name = 'Ona', attributes = '{}', tags = '{vip,old}' WHERE id = \(contact.id)",
            tenant: fixture.tenantID
        )
        #expect(try await found("lovel") == 0)
        #expect(try await found("ona") == 1)
        #expect(try await terms("city=London") == 0)
        #expect(try await tags() == ["old", "vip"])
        _ = try await fixture.client.query("UPDATE contacts SET tags = '{new,vip}' WHERE id = \(contact.id)", tenant: fixture.tenantID)
        #expect(try await tags() == ["new", "vip"])
        _ = try await fixture.client.query("DELETE FROM contacts WHERE id = \(contact.id)", tenant: fixture.tenantID)
        #expect(try await tags().isEmpty)
        #expect(try await owner.query("SELECT 1 FROM contact_search").isEmpty)
    }

    @Test("levels grow old step by step, each at its limit")
    func ageing() async throws {
        let fixture = try await ContactsFixture.make()
        let upkeep = RecipientUpkeep(client: fixture.database.client(role: "comm_worker"), time: time)
        let clicked = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "c@ex.test"))
        let sent = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "s@ex.test"))
        try await owner.execute(
            """
            UPDATE contacts SET engagement_level = CASE id WHEN \(clicked.id) THEN 'high' ELSE 'low' END,
                   last_clicked_at = CASE id WHEN \(clicked.id) THEN \(time.now)::timestamptz END, last_sent_at = \(time.now)
            """
        )
        func levels() async throws -> [String] {
            while try await upkeep.ageEngagement() {}
            return [try await contact(clicked.id).get("engagement_level"), try await contact(sent.id).get("engagement_level")]
        }
        #expect(try await levels() == ["high", "low"])
        let steps = [
            (29, ["high", "low"]), (31, ["medium", "low"]), (59, ["medium", "low"]), (61, ["medium", "none"]), (91, ["none", "none"]),
        ]
        for (day, expected) in steps {
            time.set(Date(timeIntervalSince1970: 1_790_000_000 + 86_400 * Double(day)))
            #expect(try await levels() == expected, "day \(day)")
        }
    }

    @Test("a suppression that has ended leaves the contact as it was")
    func ending() async throws {
        let fixture = try await ContactsFixture.make()
        let contact = try await fixture.contacts.upsert(tenantID: fixture.tenantID, draft: ContactDraft(email: "p@ex.test"))
        _ = try await SuppressionRepository(client: fixture.client, time: time).add(
            tenantID: fixture.tenantID,
            email: "p@ex.test",
            reason: "pause",
            expiresAt: time.now.addingTimeInterval(60)
        )
        #expect(try await status(contact.id) == "suppressed")
        let upkeep = RecipientUpkeep(client: fixture.database.client(role: "comm_worker"), time: time)
        #expect(try await upkeep.endSuppressions() == false)
        #expect(try await status(contact.id) == "suppressed")
        time.advance(by: 61 as TimeInterval)
        _ = try await upkeep.endSuppressions()
        #expect(try await status(contact.id) == "new")
    }
}
