import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

/// Every scope on every path that a message takes.
@Suite("Scopes of suppressions", .database)
struct SuppressionScopeTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func suppress(_ bench: SenderBench, _ fixture: CampaignFixture, _ draft: SuppressionDraft) async throws {
        _ = try await SuppressionRepository(client: bench.client, time: time).add(tenantID: fixture.tenantID, draft: draft)
    }

    /// person1 … person4, one for each scope, and the domain of person5 alone.
    private func suppressAll(_ bench: SenderBench, _ fixture: CampaignFixture) async throws {
        try await bench.client.execute(
            """
            UPDATE contacts SET email = 'person5@other.example', email_norm = 'person5@other.example' WHERE email = 'person5@example.com'
            """
        )
        try await suppress(bench, fixture, SuppressionDraft(email: "Person1@Example.com", expiresAt: time.now.addingTimeInterval(3_600)))
        try await suppress(bench, fixture, SuppressionDraft(email: "person2@example.com", scope: "marketing", reason: "wish"))
        try await suppress(bench, fixture, SuppressionDraft(email: "person3@example.com", scope: "list", listID: fixture.listID))
        try await suppress(bench, fixture, SuppressionDraft(domain: "OTHER.example", reason: "partner"))
    }

    @Test("chunks: all, marketing, list and domain each keep a campaign's message back, with their reason")
    func chunks() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 8, now: time.now)
        try await bench.expandAll()
        try await suppressAll(bench, fixture)
        try await bench.drain()
        #expect(
            try await bench.outcomes(of: fixture)
                == ["sent": 4, "suppressed:manual": 2, "suppressed:wish": 1, "suppressed:partner": 1]
        )
    }

    @Test("messages that are claimed one by one meet the same check")
    func singles() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 8, now: time.now)
        try await bench.expandAll()
        try await bench.client.execute("UPDATE message_queue SET in_chunk = false")
        try await suppressAll(bench, fixture)
        let claim = try #require(
            try await MessageRepository(client: bench.client).claimDue(limit: 100, lease: 60, now: time.now)
        )
        let verdicts = claim.messages.compactMap(\.verdict)
        #expect(claim.messages.count == 8 && verdicts.count == 4)
        #expect(Set(verdicts.map(\.reason)) == ["manual", "wish", "partner"])
    }

    @Test("a newsletter by request is kept back by what counts for all and for marketing, and by no entry of a list")
    func requests() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 1, now: time.now)
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: fixture.tenantID)
        let recipients = (1...4).map { "person\($0)@example.com" } + ["person5@other.example", "person6@example.com"]
        let newsletters = try await requests.enqueue(recipients, channel: .email, priority: .campaign)
        let receipts = try await requests.enqueue(recipients, channel: .email)
        try await suppressAll(bench, fixture)
        try await bench.drainExpress()
        #expect(
            try await requests.outcomes(newsletters)
                == ["suppressed:manual", "suppressed:wish", "sent", "sent", "suppressed:partner", "sent"]
        )
        #expect(try await requests.outcomes(receipts) == ["suppressed:manual", "sent", "sent", "sent", "suppressed:partner", "sent"])
    }

    @Test("what was handed over and lost meets it again before it would be repeated")
    func handedOver() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 8, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        try await suppressAll(bench, fixture)
        let ids = try await bench.client.query("SELECT min(id::text)::uuid AS first, max(id::text)::uuid AS last FROM delivery_events")
        let chunk = HandedOverChunk(
            tenantID: fixture.tenantID,
            campaignID: fixture.campaignID,
            number: 0,
            firstID: try ids[0].get("first"),
            lastID: try ids[0].get("last"),
            scope: HandoverScope(campaignID: fixture.campaignID, chunk: nil)
        )
        let repository = HandoverRepository(client: bench.client)
        let campaign = try await repository.sentMessages(of: chunk, now: time.now)
        #expect(campaign.count == 8 && campaign.compactMap(\.message.verdict).count == 4)
    }

    @Test("the count of an audience leaves out whom the sender will leave out")
    func audience() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 8, now: time.now, status: "draft")
        try await suppressAll(bench, fixture)
        let count = try await bench.client.withTenant(fixture.tenantID) { [time] connection in
            try await AudienceSnapshotRepository().count(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                now: time.now,
                on: connection
            )
        }
        #expect(count.totalRecipients == 4 && count.excluded == 4)
    }

    @Test("an entry for one list does not keep back what comes by another list of the campaign")
    func otherList() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        let second = UUID()
        try await bench.client.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(fixture.tenantID), \(second), 'Second', \(time.now))"
        )
        try await bench.client.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT tenant_id, \(second), id, \(time.now) FROM contacts WHERE email IN ('person1@example.com', 'person2@example.com')
            """
        )
        try await bench.client.execute(
            "UPDATE comm_audience_snapshots SET included_lists = \([fixture.listID, second])::uuid[] WHERE tenant_id = \(fixture.tenantID)"
        )
        try await bench.expandAll()
        for person in 1...3 {
            let draft = SuppressionDraft(email: "person\(person)@example.com", scope: "list", listID: fixture.listID)
            try await suppress(bench, fixture, draft)
        }
        try await suppress(bench, fixture, SuppressionDraft(email: "person2@example.com", scope: "list", listID: second))
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 1, "suppressed:manual": 2], "person1 has the second list")
    }

    @Test("an entry of a list that the campaign does not go to, of another tenant, or whose time is over keeps nobody back")
    func irrelevant() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        let stranger = try await CampaignFixture.make(on: bench.client, contacts: 0, now: time.now, status: "draft")
        let other = UUID()
        try await bench.client.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(fixture.tenantID), \(other), 'Other', \(time.now))"
        )
        try await suppress(bench, fixture, SuppressionDraft(email: "person1@example.com", scope: "list", listID: other))
        try await suppress(bench, stranger, SuppressionDraft(domain: "example.com"))
        try await suppress(bench, fixture, SuppressionDraft(email: "person2@example.com", expiresAt: time.now.addingTimeInterval(10)))
        try await suppress(bench, fixture, SuppressionDraft(domain: "ample.com"))
        try await bench.expandAll()
        time.advance(by: 10)
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 3])
    }

    @Test("the check finds an entry by its whole key, whatever else is on the list")
    func plan() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 1_000, now: time.now)
        try await bench.expandAll()
        try await bench.client.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
            SELECT \(fixture.tenantID), gen_random_uuid(), \(fixture.accountID), 'x' || n || '@example.com', 'x' || n || '@example.com',
                   'r', 's', \(time.now) FROM generate_series(1, 20000) n
            """
        )
        try await bench.client.execute("ANALYZE suppressions")
        let plan = try await bench.client.query(
            """
            EXPLAIN SELECT q.id, \(sql: Eligibility.columns) FROM message_queue q \(sql: Eligibility.joins(now: time.now))
            WHERE q.tenant_id = \(fixture.tenantID) AND q.priority = 3
            """
        ).map { try $0.get("QUERY PLAN") as String }.joined(separator: "\n")
        #expect(plan.contains("suppressions_key"), "\(plan)")
        #expect(!plan.contains("Seq Scan on suppressions"), "\(plan)")
    }
}
