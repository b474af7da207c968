import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Audit log", .database)
struct AuditLogTests {
    private let domain = DomainFixture()
    private var audit: AuditRepository { AuditRepository(client: domain.client) }

    /// Runs the body as somebody who asks by the API.
    private func asKey<R: Sendable>(_ body: @Sendable () async throws -> R) async throws -> R {
        try await TransactionSettings.$current.withValue(AuditRepository.settings(actor: "key:k1", requestID: "r-7")) { try await body() }
    }

    @Test("each change is one entry with who, what, before and after")
    func changes() async throws {
        let tenant = try await domain.tenant()
        let lists = ListRepository(client: domain.client, time: domain.time)
        try await asKey {
            let list = try await lists.create(tenantID: tenant, name: "Old")
            try await domain.client.withTenant(tenant) { connection in
                try await connection.execute("UPDATE lists SET name = 'New' WHERE tenant_id = \(tenant) AND id = \(list.id)")
                try await connection.execute("UPDATE lists SET name = 'New' WHERE tenant_id = \(tenant) AND id = \(list.id)")
                try await connection.execute("DELETE FROM lists WHERE tenant_id = \(tenant) AND id = \(list.id)")
            }
        }
        let entries = try await audit.page(tenantID: tenant, filter: AuditFilter(resourceType: "list")).entries
        #expect(entries.map(\.action) == ["deleted", "updated", "created"])
        #expect(entries.allSatisfy { $0.actor == "key:k1" && $0.requestID == "r-7" && $0.resourceID != nil })
        #expect(entries[1].before?.text == #"{"name": "Old"}"# && entries[1].after?.text == #"{"name": "New"}"#)
        #expect(entries[0].after == nil && entries[2].before == nil)
    }

    @Test("a key's hash is never in it, long texts by their size and sum only")
    func secrets() async throws {
        let tenant = try await domain.tenant()
        try await asKey {
            _ = try await domain.keys.create(tenantID: tenant, name: "k", scopes: ["all"])
            _ = try await domain.templates.create(
                tenantID: tenant,
                draft: TemplateDraft(
                    name: "Long",
                    subject: "s",
                    type: "html",
                    bodyHTML: "<p>" + String(repeating: "secret ", count: 1_000) + "</p>"
                )
            )
        }
        let entries = try await audit.page(tenantID: tenant).entries
        #expect(Set(entries.map(\.resourceType)) == ["api_key", "template"])
        let text = entries.compactMap { $0.after?.text }.joined()
        #expect(!text.contains("secret_hash") && !text.contains("secret secret") && text.contains("sha256"))
    }

    @Test("a statement that touches many rows is one entry with their number; a silenced operation writes its own")
    func bulk() async throws {
        let tenant = try await domain.tenant()
        let list = try await domain.list(of: tenant, emails: (1...150).map { "p\($0)@ex.test" })
        try await asKey {
            _ = try await domain.client.withTenant(tenant) { connection in
                try await connection.execute("DELETE FROM list_contacts WHERE tenant_id = \(tenant) AND list_id = \(list)")
            }
            try await domain.client.withTenant(tenant) { connection in
                try await AuditRepository.silence(on: connection)
                try await connection.execute("UPDATE contacts SET name = 'x' WHERE tenant_id = \(tenant)")
                let note = AuditNote(eventType: "bulk", action: "renamed", resourceType: "contact", details: PostgresJSON(#"{"rows":150}"#))
                try await AuditRepository.record(note, tenantID: tenant, on: connection)
            }
        }
        let entries = try await audit.page(tenantID: tenant).entries
        #expect(entries.map(\.resourceType) == ["contact", "list_member"])
        #expect(entries[1].details.text == #"{"rows": 150}"#)
    }

    @Test("a contact that is edited is an entry; what projections move is none")
    func contacts() async throws {
        let tenant = try await domain.tenant()
        _ = try await domain.list(of: tenant, emails: ["ann@ex.test"])
        let worker = TestDatabase.current.client(role: "comm_worker")
        try await worker.execute("UPDATE contacts SET sent_count = sent_count + 1 WHERE tenant_id = \(tenant)")
        #expect(try await audit.page(tenantID: tenant).entries.isEmpty)
        try await asKey {
            _ = try await domain.client.query("UPDATE contacts SET name = 'Anna' WHERE tenant_id = \(tenant)", tenant: tenant)
        }
        let entries = try await audit.page(tenantID: tenant).entries
        #expect(entries.map(\.action) == ["updated"] && entries.map(\.resourceType) == ["contact"])
        #expect(entries.first?.after?.text == #"{"name": "Anna"}"#)
    }

    @Test("no role changes or deletes an entry, not even the owner by accident")
    func appendOnly() async throws {
        let tenant = try await domain.tenant()
        try await audit.record(AuditNote(eventType: "test", action: "made", resourceType: "nothing"), tenantID: tenant)
        let worker = TestDatabase.current.client(role: "comm_worker")
        for statement in ["UPDATE audit_logs SET actor = 'nobody'", "DELETE FROM audit_logs"] as [SQL] {
            await #expect(throws: PostgresError.self) { try await domain.client.query(statement, tenant: tenant) }
            await #expect(throws: PostgresError.self) { try await worker.execute(statement) }
            await #expect(throws: PostgresError.self) { try await domain.owner.execute(statement) }
        }
        let entries = try await audit.page(tenantID: tenant).entries
        #expect(entries.map(\.actor) == ["system"])
        #expect(try await audit.page(tenantID: try await domain.tenant()).entries.isEmpty)
    }

    @Test("the log comes in pages, by filters, and as CSV")
    func reading() async throws {
        let tenant = try await domain.tenant()
        for number in 1...5 {
            let note = AuditNote(eventType: number.isMultiple(of: 2) ? "even" : "odd", action: "made", resourceType: "r\(number)")
            try await audit.record(note, tenantID: tenant)
        }
        let first = try await audit.page(tenantID: tenant, limit: 2)
        #expect(first.entries.map(\.resourceType) == ["r5", "r4"])
        let second = try await audit.page(tenantID: tenant, limit: 3, after: first.next)
        #expect(second.entries.map(\.resourceType) == ["r3", "r2", "r1"] && second.next == nil)
        #expect(try await audit.page(tenantID: tenant, filter: AuditFilter(eventType: "even")).entries.count == 2)
        #expect(try await audit.page(tenantID: tenant, filter: AuditFilter(to: Date(timeIntervalSince1970: 0))).entries.isEmpty)
        let box = TextBox()
        try await audit.export(tenantID: tenant) { await box.append($0) }
        let lines = await box.text.split(whereSeparator: \.isNewline)
        #expect(lines.count == 6)
    }

    @Test("a tenant's own retention lets old entries go; another tenant's stay")
    func retention() async throws {
        let (short, long) = (try await domain.tenant(), try await domain.tenant())
        for tenant in [short, long] {
            try await domain.owner.execute(
                """
                INSERT INTO audit_logs (tenant_id, created_at, event_type, action, resource_type, actor)
                SELECT \(tenant), \(domain.time.now)::timestamptz - n * interval '1 day', 'test', 'made', 'x', 'system'
                FROM unnest(ARRAY[10, 200]) AS n
                """
            )
        }
        let retention = RetentionRepository(client: domain.client, time: domain.time)
        _ = try await retention.update(tenantID: short, patch: RetentionPatch(audit: 90))
        let duty = RetentionDuty(client: TestDatabase.current.client(role: "comm_worker"), time: domain.time)
        #expect(try await duty.run() == false)
        #expect(try await audit.page(tenantID: short).entries.count { $0.eventType == "test" } == 1)
        #expect(try await audit.page(tenantID: long).entries.count == 2)
    }

    @Test("what daemons do to a tenant's things names the duty: a campaign's beginning and end, an entry whose time is over")
    func daemons() async throws {
        let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        let worker = TestDatabase.current.client(role: "comm_worker")
        let expander = CampaignExpander(client: worker, chunkSize: 10, time: time, faults: .none, logger: .silent)
        while try await expander.step() {}
        try await bench.drain()
        let log = DeliveryLogRepository(client: worker, faults: .none)
        let finisher = CampaignFinisher(client: worker, log: log, time: time, logger: .silent)
        while try await finisher.step() {}
        let draft = SuppressionDraft(email: "x@ex.test", expiresAt: time.now.addingTimeInterval(60))
        _ = try await SuppressionRepository(client: bench.client, time: time).add(tenantID: fixture.tenantID, draft: draft)
        time.advance(by: 120)
        while try await SuppressionExpiry(client: worker, time: time).run() {}
        let entries = try await audit.page(tenantID: fixture.tenantID).entries.filter { $0.actor.hasPrefix("comm-") }
        let found = entries.reversed().map { "\($0.actor) \($0.action) \($0.resourceType)" }
        #expect(
            found == [
                "comm-sender:expander updated campaign", "comm-sender:finisher updated campaign",
                "comm-stats:suppression-expiry deleted suppression",
            ]
        )
        #expect(entries.last?.after?.text.contains(#""status": "sending""#) == true, "\(entries)")
        let history = try await domain.suppressionList.history(tenantID: fixture.tenantID, address: "x@ex.test")
        #expect(history.first?.action == "expired" && history.first?.actor == "comm-stats:suppression-expiry")
    }

    @Test("the history of suppressions names who asked for a bulk operation, also when comm-stats did it")
    func bulkHistory() async throws {
        let fixture = try await BulkFixture.make(contacts: 2)
        try await fixture.run(.suppress(reason: "manual", note: nil), atOnce: 0)
        try await fixture.drain(fixture.worker())
        let list = SuppressionListRepository(client: fixture.client, time: fixture.time)
        let history = try await list.history(tenantID: fixture.tenantID, address: "p1@ex.test")
        #expect(history.map(\.actor) == ["test"] && history.map(\.action) == ["added"])
    }
}
