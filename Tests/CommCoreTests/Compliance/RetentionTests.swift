import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Retention", .database)
struct RetentionTests {
    private let domain = DomainFixture()
    private var retention: RetentionRepository { RetentionRepository(client: domain.client, time: domain.time) }

    private func run() async throws {
        let duty = RetentionDuty(client: TestDatabase.current.client(role: "comm_worker"), time: domain.time)
        while try await duty.run() {}
    }

    private func count(_ table: String, _ tenant: UUID) async throws -> Int {
        try await domain.owner.query("SELECT count(*) AS n FROM \(raw: table) WHERE tenant_id = \(tenant)")[0].get("n")
    }

    private func fill(_ tenant: UUID, days: [Int]) async throws {
        let now = domain.time.now
        try await domain.owner.execute(
            """
            INSERT INTO email_events (tenant_id, id, bucket_at, type, source, payload, occurred_at, received_at)
            SELECT \(tenant), gen_random_uuid(), at, 'delivered', 'test', '{}', at, at
            FROM (SELECT \(now)::timestamptz - d * interval '1 day' AS at FROM unnest(\(days)::int[]) AS d) x
            """
        )
        try await domain.owner.execute(
            """
            INSERT INTO delivery_events (tenant_id, id, created_at, channel, recipient, outcome, attempts, occurred_at)
            SELECT \(tenant), gen_random_uuid(), at, 'email', 'a@ex.test', 'sent', 1, at
            FROM (SELECT \(now)::timestamptz - d * interval '1 day' AS at FROM unnest(\(days)::int[]) AS d) x
            """
        )
        try await domain.owner.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, created_at, updated_at, deleted_at)
            SELECT \(tenant), gen_random_uuid(), 'c' || d || '@ex.test', 'c' || d || '@ex.test', \(now), \(now),
                   \(now)::timestamptz - d * interval '1 day'
            FROM unnest(\(days)::int[]) AS d
            """
        )
    }

    @Test("settings are read as they were written; what is not given stays, and 0 keeps for ever")
    func settings() async throws {
        let tenant = try await domain.tenant()
        #expect(try await retention.get(tenantID: tenant) == .standard)
        let changed = try await retention.update(tenantID: tenant, patch: RetentionPatch(events: 365, importErrors: 0))
        #expect(changed == RetentionSettings(eventsDays: 365))
        #expect(try await retention.update(tenantID: tenant, patch: RetentionPatch(audit: 400)).eventsDays == 365)
        #expect(try await retention.get(tenantID: tenant) == RetentionSettings(eventsDays: 365, auditDays: 400))
        let error = await #expect(throws: ComplianceError.self) {
            try await retention.update(tenantID: tenant, patch: RetentionPatch(events: 29, audit: 89, deletedContacts: -1))
        }
        #expect(error?.problems.map(\.field) == ["events_days", "audit_days", "deleted_contacts_days"])
        #expect(try await retention.get(tenantID: try await domain.tenant()) == .standard)
    }

    @Test("what is older goes, what is younger and what is another tenant's stays")
    func duty() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        for tenant in [mine, theirs] { try await fill(tenant, days: [1, 20, 40, 400]) }
        _ = try await retention.update(tenantID: mine, patch: RetentionPatch(events: 30, deliveries: 365, deletedContacts: 10))
        try await run()
        #expect(try await count("email_events", mine) == 2)
        #expect(try await count("delivery_events", mine) == 3)
        #expect(try await count("contacts", mine) == 1)
        for table in ["email_events", "delivery_events", "contacts"] { #expect(try await count(table, theirs) == 4, "\(table)") }
    }

    @Test("an address that has not failed for long has a clean slate, by the tenant's bounce rules, whatever else it keeps")
    func bounces() async throws {
        let (mine, theirs) = (try await domain.tenant(), try await domain.tenant())
        let patch = BounceRulesPatch(windowDays: 10, longestRestDays: 30)
        _ = try await BounceRulesRepository(client: domain.client, time: domain.time).update(tenantID: mine, patch: patch)
        for tenant in [mine, theirs] {
            try await domain.owner.execute(
                """
                INSERT INTO address_bounces (tenant_id, address, bounced_at, touched_at)
                SELECT \(tenant), '+4915112345' || d, '{}', \(domain.time.now)::timestamptz - d * interval '1 day'
                FROM unnest(ARRAY[1, 39, 41, 211]) AS d
                """
            )
        }
        try await run()
        #expect(try await count("address_bounces", mine) == 2)
        #expect(try await count("address_bounces", theirs) == 3)
    }

    @Test("months without a row are dropped, a month that still holds one is not")
    func partitions() async throws {
        let tenant = try await domain.tenant()
        try await domain.owner.execute(
            "SELECT comm_ensure_partition('email_events', m::date) FROM unnest(ARRAY['2020-01-01', '2020-02-01', '2020-03-01']) AS m"
        )
        try await domain.owner.execute(
            """
            INSERT INTO email_events (tenant_id, id, bucket_at, type, source, payload, occurred_at, received_at)
            VALUES (\(tenant), gen_random_uuid(), '2020-02-10', 'delivered', 'test', '{}', '2020-02-10', '2020-02-10')
            """
        )
        let worker = TestDatabase.current.client(role: "comm_worker")
        let dropped = try await worker.query("SELECT comm_drop_empty_partitions('email_events', '2020-03-01') AS n")
        #expect(try dropped[0].get("n") as Int == 1)
        let left = try await domain.owner.query(
            "SELECT relname FROM pg_class WHERE relname LIKE 'email_events_2020%' AND relkind = 'r' AND relforcerowsecurity ORDER BY 1"
        )
        #expect(try left.map { try $0.get("relname") as String } == ["email_events_202002", "email_events_202003"])
        await #expect(throws: PostgresError.self) {
            try await worker.query("SELECT comm_drop_empty_partitions('email_events', current_date)")
        }
    }

    @Test("what was deleted is in the audit log, with who did it and nothing of whom it was about")
    func audited() async throws {
        let tenant = try await domain.tenant()
        try await fill(tenant, days: [1, 40, 50])
        _ = try await retention.update(tenantID: tenant, patch: RetentionPatch(events: 30, deletedContacts: 30))
        try await run()
        let filter = AuditFilter(eventType: "retention")
        let entries = try await AuditRepository(client: domain.client).page(tenantID: tenant, filter: filter).entries
        #expect(Set(entries.map(\.resourceType)) == ["event", "contact"])
        #expect(entries.allSatisfy { $0.actor == "comm-stats:retention" && $0.action == "deleted" && $0.before == nil })
        #expect(entries.allSatisfy { $0.details.text.contains(#""rows": 2"#) && $0.details.text.contains(#""older_than_days": 30"#) })
        let all = try await AuditRepository(client: domain.client).page(tenantID: tenant).entries
        #expect(!all.contains { $0.resourceType == "contact" && $0.eventType == "change" })
        try await run()
        #expect(try await AuditRepository(client: domain.client).page(tenantID: tenant, filter: filter).entries.count == 2)
    }
}
