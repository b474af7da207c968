import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Verdicts and what follows from them", .database)
struct VerdictProjectionTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    private struct Sent {
        let fixture: CampaignFixture
        let messageID: UUID
        let contactID: UUID
    }

    private func sent() async throws -> Sent {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: 1, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let row = try #require(
            try await client.query("SELECT id, contact_id FROM delivery_events WHERE campaign_id = \(fixture.campaignID)").first
        )
        return Sent(fixture: fixture, messageID: try row.get("id"), contactID: try row.get("contact_id"))
    }

    private func hit(
        _ sent: Sent,
        _ type: EventType = .clicked,
        link: Int? = 0,
        agent: String? = "Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0",
        ip: String = "192.0.2.1"
    ) async throws {
        let click = TrackingSource.Click(
            type: type,
            tenantID: sent.fixture.tenantID,
            campaignID: sent.fixture.campaignID,
            contactID: sent.contactID,
            messageID: sent.messageID,
            linkIndex: link,
            url: link.map { "https://shop.example/\($0)" },
            userAgent: agent,
            ip: ip,
            occurredAt: time.now,
            eventID: UUIDv7.make(at: time.now),
            language: true
        )
        let row = InboxRepository.NewRow(
            id: click.eventID,
            source: TrackingSource.name,
            payload: try click.json(),
            receivedAt: time.now
        )
        try await InboxRepository.insert([row], on: client)
    }

    private func process() async throws {
        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        while try await processor.processBatch() > 0 {}
    }

    private func counters(_ sent: Sent) async throws -> [String: Int] {
        let names = [
            "clicked", "clicks", "opened", "opens", "clicks_human", "clicks_scanner", "clicks_machine", "clicks_unknown", "opens_human",
            "opens_scanner", "opens_machine", "opens_unknown",
        ]
        let row = try #require(
            try await client.query(
                """
                SELECT \(raw: names.map { "\($0)::int" }.joined(separator: ", ")) FROM campaign_delivery_metrics
                WHERE campaign_id = \(sent.fixture.campaignID)
                """
            ).first
        )
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try row.get($0) as Int) }).filter { $0.value != 0 }
    }

    private func contact(_ sent: Sent) async throws -> PostgresRow {
        try #require(try await client.query("SELECT * FROM contacts WHERE id = \(sent.contactID)").first)
    }

    @Test("people's clicks and opens count, those of scanners and machines are told apart")
    func counting() async throws {
        let sent = try await sent()
        try await process()
        time.advance(by: 3_600)
        try await hit(sent)
        try await hit(sent, .opened, link: nil)
        try await hit(sent, .opened, link: nil, agent: "Mozilla/5.0")
        try await process()
        let clickedAt = time.now
        time.advance(by: 60)
        try await hit(sent, link: 1, agent: "curl/8.5")
        try await process()
        #expect(
            try await counters(sent) == [
                "clicked": 1, "clicks": 1, "clicks_human": 1, "clicks_scanner": 1, "opened": 1, "opens": 1, "opens_human": 1,
                "opens_machine": 1,
            ]
        )
        let row = try await contact(sent)
        #expect(try row.get("clicked_count") == 1 as Int && row.get("opened_count") == 1 as Int)
        #expect(try row.get("last_clicked_at") == clickedAt as Date? && row.get("last_engagement_at") == clickedAt as Date?)
        let verdicts = try await client.query(
            "SELECT verdict, verdict_rules::int AS rules FROM email_events WHERE type = 'clicked' ORDER BY 1"
        )
        #expect(try verdicts.map { try $0.get("verdict") as String } == ["human", "scanner"])
        #expect(try verdicts.allSatisfy { try $0.get("rules") as Int == VerdictClassifier.version })
    }

    @Test("a burst that comes to light later takes back what counted")
    func lateEvidence() async throws {
        let sent = try await sent()
        try await process()
        time.advance(by: 600)
        try await hit(sent, link: 0)
        try await process()
        #expect(try await counters(sent) == ["clicked": 1, "clicks": 1, "clicks_human": 1])
        time.advance(by: 2)
        try await hit(sent, link: 1)
        try await hit(sent, link: 2)
        try await process()
        #expect(try await counters(sent) == ["clicks_scanner": 3])
        let row = try await contact(sent)
        #expect(try row.get("clicked_count") == 0 as Int)
        #expect(try row.get("last_clicked_at") as Date? == nil && row.get("last_engagement_at") as Date? == nil)
    }

    @Test("replays change nothing")
    func replays() async throws {
        let sent = try await sent()
        try await process()
        time.advance(by: 600)
        try await hit(sent)
        let payload: String = try #require(try await client.query("SELECT payload::text AS p FROM event_inbox").first).get("p")
        try await process()
        for _ in 0..<2 {
            let row = InboxRepository.NewRow(id: UUID(), source: TrackingSource.name, payload: payload, receivedAt: time.now)
            try await InboxRepository.insert([row], on: client)
        }
        try await process()
        #expect(try await counters(sent) == ["clicked": 1, "clicks": 1, "clicks_human": 1])
    }

    @Test("of a person who refuses tracking no click is stored with who clicked")
    func refusal() async throws {
        let sent = try await sent()
        try await process()
        try await client.execute("UPDATE contacts SET tracking_opt_out = true WHERE id = \(sent.contactID)")
        time.advance(by: 600)
        try await hit(sent)
        try await process()
        let event = try #require(try await client.query("SELECT * FROM email_events WHERE type = 'clicked'").first)
        #expect(try event.get("contact_id") as UUID? == nil && event.get("message_id") as UUID? == nil)
        #expect(try event.get("campaign_id") as UUID? == sent.fixture.campaignID)
        #expect(try await contact(sent).get("last_clicked_at") as Date? == nil)
        #expect(try await counters(sent)["clicks"] == 1)
    }

    @Test("after the list of networks has changed everything can be judged again, and a second run finds nothing")
    func recalculation() async throws {
        let sent = try await sent()
        try await process()
        time.advance(by: 600)
        try await hit(sent, ip: "198.51.100.7")
        try await process()
        #expect(try await counters(sent)["clicked"] == 1)
        try await client.execute("INSERT INTO tracking_networks VALUES ('198.51.100.0/24', 'scanner', 'test')")
        let recalculation = VerdictRecalculation(client: TestDatabase.current.client(role: "comm_worker"), time: time)
        let range = VerdictRecalculation.Range(tenantID: sent.fixture.tenantID, campaignID: sent.fixture.campaignID)
        #expect(try await recalculation.run(range) == VerdictRecalculation.Result(messages: 1, revised: 1))
        #expect(try await counters(sent) == ["clicks_scanner": 1])
        #expect(try await contact(sent).get("clicked_count") == 0 as Int)
        #expect(try await recalculation.run(range) == VerdictRecalculation.Result(messages: 1, revised: 0))
        let early = VerdictRecalculation.Range(tenantID: sent.fixture.tenantID, to: time.now.addingTimeInterval(-60))
        #expect(try await recalculation.run(early) == VerdictRecalculation.Result(messages: 0, revised: 0))
        let reports = ReportBench(time: time, fixture: sent.fixture, messages: [])
        #expect(try await reports.totals().clicked == 0)
        #expect(try await reports.differences() == [])
    }

    @Test("with newer rules every tenant's stored hits are judged again by themselves, once")
    func review() async throws {
        let sent = try await sent()
        try await process()
        time.advance(by: 600)
        try await hit(sent, ip: "198.51.100.7")
        time.advance(by: 600)
        try await hit(sent, link: 1)
        try await process()
        try await client.execute("INSERT INTO tracking_networks VALUES ('198.51.100.0/24', 'scanner', 'test')")
        let worker = TestDatabase.current.client(role: "comm_worker")
        let review = VerdictReview(client: worker, time: time, rules: VerdictClassifier.version)
        while try await review.step() {}
        #expect(try await counters(sent) == ["clicked": 1, "clicks": 1, "clicks_human": 1, "clicks_scanner": 1])
        let newer = VerdictReview(client: worker, time: time, rules: VerdictClassifier.version + 1)
        try await client.execute("DELETE FROM tracking_networks WHERE network = '198.51.100.0/24'")
        #expect(try await newer.step())
        #expect(try await counters(sent)["clicks_human"] == 2)
        while try await newer.step() {}
        let row = try #require(try await client.query("SELECT * FROM verdict_reviews WHERE tenant_id = \(sent.fixture.tenantID)").first)
        #expect(try row.get("messages") == 1 as Int && row.get("revised") == 1 as Int)
        #expect(try row.get("rules") == Int16(VerdictClassifier.version + 1) && row.get("finished_at") == time.now)
        let stamps = try await client.query("SELECT DISTINCT verdict_rules FROM email_events WHERE type = 'clicked'")
        #expect(try stamps.map { try $0.get("verdict_rules") as Int16 } == [Int16(VerdictClassifier.version + 1)])
        // A daemon of the older version leaves it as it is.
        #expect(try await !review.step())
        #expect(try await !newer.step())
    }
}
