import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Roll-ups", .database)
struct RollUpTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("what was handed over is counted by campaign, tenant, list, provider and domain")
    func dispatch() async throws {
        let bench = try await ReportBench.make(contacts: 9, time: time)
        try await bench.process()
        #expect(try await bench.totals().sent == 9)
        #expect(try await bench.totals(.tenant).sent == 9)
        #expect(try await bench.totals(.list(bench.fixture.listID)).sent == 9)
        #expect(try await bench.totals(provider: "gmail").sent == 3)
        #expect(try await bench.totals(provider: "other").sent == 3)
        let domains = try await CampaignInsightsRepository(client: bench.api)
            .domains(tenantID: bench.fixture.tenantID, campaignID: bench.fixture.campaignID, limit: 2)
        #expect(domains.named.map(\.domain) == ["gmail.com", "gmx.de"])
        #expect(domains.rest.sent == 3 && domains.whole.sent == 9)
        #expect(try await bench.differences().isEmpty)
    }

    @Test("any order of facts with repeats, by two processors at once, ends in what a rebuild makes", arguments: 0..<6 as Range<UInt64>)
    func anyOrder(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let bench = try await ReportBench.make(contacts: 20, time: time)
        var facts: [(source: String, payload: String)] = []
        for message in bench.messages {
            func later() -> Date { time.now.addingTimeInterval(-Double.random(in: 0...90_000, using: &random).rounded()) }
            facts.append(bench.report("sent", message, at: later()))
            facts.append(bench.report(Bool.random(using: &random) ? "delivered" : "bounced", message, at: later()))
            if Bool.random(using: &random) { facts.append(bench.report("bounced", message, at: later(), more: #","bounce_type":"soft""#)) }
            if Bool.random(using: &random) { facts.append(bench.report("deferred", message, at: later())) }
            for _ in 0..<Int.random(in: 0...4, using: &random) { facts.append(bench.report("opened", message, at: later())) }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                facts.append(
                    bench.click(
                        message,
                        link: Int.random(in: 0...2, using: &random),
                        at: later(),
                        agent: ReportBench.agents[Int.random(in: 0...2, using: &random)],
                        event: UUIDv7.make(at: later(), using: &random)
                    )
                )
            }
        }
        facts += facts.shuffled(using: &random).prefix(30)
        for start in stride(from: 0, to: facts.count, by: 40) {
            try await bench.put(Array(facts.shuffled(using: &random)[start..<min(start + 40, facts.count)]))
        }
        try await bench.put(facts.shuffled(using: &random))
        async let first: Void = bench.process(limit: 17)
        async let second: Void = bench.process(limit: 23)
        _ = try await (first, second)
        #expect(try await bench.differences() == [], "seed \(seed)")

        let projected = try await snapshot(bench)
        try await clear(bench)
        try await bench.rebuilder.rebuild(tenantID: bench.fixture.tenantID, campaignID: bench.fixture.campaignID)
        try await bench.rebuilder.rebuild(tenantID: bench.fixture.tenantID, campaignID: nil)
        #expect(try await snapshot(bench) == projected, "seed \(seed)")
        #expect(projected.contains("event_rollups"))

        let uniques = try await bench.client.query(
            """
            SELECT count(DISTINCT message_id) FILTER (WHERE type = 'clicked')::int AS clicked,
                   count(DISTINCT message_id) FILTER (WHERE type = 'opened')::int AS opened
            FROM email_events WHERE coalesce(verdict, 'unknown') IN ('human', 'unknown')
            """
        )
        let totals = try await bench.totals()
        #expect(try uniques.first?.get("clicked") == totals.clicked as Int?)
        #expect(try uniques.first?.get("opened") == totals.opened as Int?)
    }

    @Test("an earlier click that arrives later moves the message to its quarter, and counts it no second time")
    func earlierClick() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        let message = bench.messages[0]
        let (early, late) = (time.now.addingTimeInterval(3_600), time.now.addingTimeInterval(7_200))
        try await bench.put([bench.click(message, link: 0, at: late, agent: "", event: UUIDv7.make(at: late))])
        try await bench.process()
        try await bench.put([bench.click(message, link: 0, at: early, agent: "", event: UUIDv7.make(at: early))])
        try await bench.process()
        let rows = try await bench.client.query(
            "SELECT bucket_at, clicked FROM event_rollups WHERE scope = 1 AND provider = '' AND clicked <> 0"
        )
        #expect(rows.count == 1)
        #expect(try rows.first?.get("bucket_at") == ReportPeriod(from: early, to: early, zone: .utc).from as Date?)
        #expect(try await bench.totals().clicked == 1)
        #expect(try await bench.differences() == [])
    }

    @Test("a revised verdict takes back what was counted")
    func revision() async throws {
        let bench = try await ReportBench.make(contacts: 2, time: time)
        for message in bench.messages {
            for offset in [60.0, 1_800] {
                let at = time.now.addingTimeInterval(offset)
                try await bench.put([bench.click(message, link: 1, at: at, agent: "", event: UUIDv7.make(at: at))])
            }
        }
        try await bench.process()
        let before = try await bench.totals()
        #expect((before.clicksByVerdict.all, before.clicked) == (4, 2))
        let rows = try await bench.client.query(
            """
            SELECT id, tenant_id, message_id, coalesce(verdict, 'unknown') AS verdict FROM email_events
            WHERE message_id = \(bench.messages[0].id) AND type = 'clicked' ORDER BY occurred_at
            """
        )
        for (row, left) in zip(rows, [2, 1]) {
            try await bench.worker.withTransaction { connection in
                try await connection.execute("UPDATE email_events SET verdict = 'scanner' WHERE id = \(try row.get("id") as UUID)")
                let revision = RollUpProjection.Revision(
                    eventID: try row.get("id"),
                    tenantID: try row.get("tenant_id"),
                    messageID: try row.get("message_id"),
                    oldVerdict: try row.get("verdict")
                )
                try await RollUpProjection(events: [], revisions: [revision]).apply(on: connection)
            }
            #expect(try await bench.totals().clicked == left)
            #expect(try await bench.differences() == [])
        }
        #expect(try await bench.totals().clicksByVerdict.scanner == 2)
    }

    @Test("a cancelled campaign's messages are counted as skipped, once")
    func cancelled() async throws {
        let client = TestDatabase.current.client
        let bench = try SenderBench(time: time, chunkSize: 5)
        let fixture = try await CampaignFixture.make(on: client, contacts: 12, now: time.now)
        try await bench.expandAll()
        try await client.execute("UPDATE campaigns SET status = 'cancelled' WHERE id = \(fixture.campaignID)")
        let log = DeliveryLogRepository(client: client, faults: .none)
        while try await log.recordCancelled(limit: 100, now: time.now) > 0 {}
        let reports = ReportBench(time: time, fixture: fixture, messages: [])
        try await reports.process()
        #expect(try await reports.totals().skipped == 12)
        #expect(try await reports.differences() == [])
    }

    @Test("the check finds what was tampered with, and a marked campaign is made right")
    func tampered() async throws {
        let bench = try await ReportBench.make(contacts: 4, time: time)
        try await bench.put(bench.messages.map { bench.report("delivered", $0, at: time.now) })
        try await bench.process()
        try await bench.client.execute("UPDATE event_rollups SET delivered = delivered + 1 WHERE scope = 1 AND provider = 'gmail'")
        try await bench.client.execute("DELETE FROM domain_rollups WHERE domain = 'gmx.de'")
        let found = try await bench.differences()
        #expect(Set(found.map(\.name)) == ["event_rollups", "domain_rollups"])
        let marked: SQL = "campaign_lists WHERE campaign_id = \(bench.fixture.campaignID)"
        try await bench.worker.execute(RollUpRebuilder.marking(marked, now: time.now))
        #expect(try await bench.rebuilder.rebuildMarked())
        #expect(try await !bench.rebuilder.rebuildMarked())
        #expect(try await bench.rebuilder.check(tenantID: bench.fixture.tenantID, campaignID: bench.fixture.campaignID).isEmpty)
    }

    @Test("what was never counted is noticed once and counted by itself; reports say so meanwhile")
    func completion() async throws {
        let bench = try await ReportBench.make(contacts: 6, time: time)
        try await bench.put(bench.messages.map { bench.report("delivered", $0, at: time.now) })
        try await bench.process()
        let complete = try await ReportBench.make(contacts: 2, time: time)
        try await complete.process()
        // As it is behind an upgrade from a version without roll-ups.
        for table in ["event_rollups", "domain_rollups", "cohort_rollups"] {
            try await bench.client.execute("DELETE FROM \(identifier: table) WHERE tenant_id = \(bench.fixture.tenantID)")
        }
        let completion = RollUpCompletion(client: bench.worker, time: time)
        while try await completion.step() {}
        func progress(_ bench: ReportBench) async throws -> Int {
            try await bench.api.withTenant(bench.fixture.tenantID) { try await ReportProgress.read(on: $0).buildingCampaigns }
        }
        #expect(try await progress(bench) == 2)
        #expect(try await progress(complete) == 0)
        while try await bench.rebuilder.rebuildMarked() {}
        #expect(try await bench.totals().delivered == 6)
        #expect(try await bench.differences() == [])
        #expect(try await progress(bench) == 0)
        try await bench.client.execute("DELETE FROM event_rollups WHERE tenant_id = \(bench.fixture.tenantID)")
        while try await completion.step() {}
        #expect(try await progress(bench) == 0, "a tenant is looked at once")
    }

    @Test("a campaign whose facts retention may have deleted keeps the roll-ups that it has")
    func completionAfterRetention() async throws {
        let bench = try await ReportBench.make(contacts: 3, time: time)
        try await bench.process()
        let tenant = bench.fixture.tenantID
        try await bench.client.execute("UPDATE event_rollups SET sent = 2 WHERE tenant_id = \(tenant) AND scope = 3")
        try await bench.client.execute(
            "INSERT INTO retention_settings (tenant_id, events_days, updated_at) VALUES (\(tenant), 30, \(time.now))"
        )
        time.advance(by: 31 * 86_400)
        while try await RollUpCompletion(client: bench.worker, time: time).step() {}
        #expect(try await bench.client.query("SELECT FROM rollup_marks").isEmpty)
        let checks = try await bench.client.query("SELECT incomplete FROM rollup_checks WHERE tenant_id = \(tenant)")
        #expect(try checks.map { try $0.get("incomplete") as Int } == [0])
    }

    @Test("somebody who waits for an answer does not wait for a rebuild: the fact is counted by another one")
    func duringRebuild() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        try await bench.process()
        try await bench.worker.withTransaction { connection in
            try await RollUpLock.exclude(bench.fixture.campaignID, on: connection)
            let service = SubscriptionService(client: bench.api, time: time)
            let subject = SubscriptionService.Subject(
                tenantID: bench.fixture.tenantID,
                contactID: bench.messages[0].contactID,
                campaignID: bench.fixture.campaignID,
                messageID: bench.messages[0].id
            )
            _ = try await service.unsubscribe(subject, source: "link")
        }
        #expect(try await bench.totals().unsubscribed == 0)
        while try await bench.rebuilder.rebuildMarked() {}
        #expect(try await bench.totals().unsubscribed == 1)
        #expect(try await bench.differences() == [])
    }

    @Test("a rebuild leaves out what waits to be projected, so that it is counted once")
    func whileSending() async throws {
        let bench = try await ReportBench.make(contacts: 9, time: time)
        try await bench.rebuilder.rebuild(tenantID: bench.fixture.tenantID, campaignID: bench.fixture.campaignID)
        #expect(try await bench.totals().sent == 0)
        #expect(try await bench.differences() == [])
        try await bench.process()
        #expect(try await bench.totals().sent == 9)
        try await bench.rebuilder.rebuild(tenantID: bench.fixture.tenantID, campaignID: bench.fixture.campaignID)
        #expect(try await bench.totals().sent == 9)
        #expect(try await bench.differences() == [])
    }

    @Test("tests do not count")
    func testMails() async throws {
        let bench = try await ReportBench.make(contacts: 3, time: time)
        try await bench.client.execute("UPDATE delivery_events SET is_test = true WHERE id = \(bench.messages[0].id)")
        try await bench.put(bench.messages.map { bench.report("delivered", $0, at: time.now) })
        try await bench.process()
        #expect(try await bench.totals().sent == 2)
        #expect(try await bench.totals().delivered == 2)
        #expect(try await bench.differences() == [])
    }

    /// Every row of every roll-up that is not nothing, as one text.
    private func snapshot(_ bench: ReportBench) async throws -> String {
        var text = ""
        for table in [RollUpTable.events] + RollUpTable.ofCampaigns {
            let anything = table.measures.map { "\($0.column) <> 0" }.joined(separator: " OR ")
            let rows = try await bench.client.query(
                "SELECT string_agg(t::text, '|' ORDER BY t::text) AS rows FROM \(raw: table.name) t WHERE \(raw: anything)"
            )
            text += table.name + ": " + ((try rows.first?.get("rows") as String?) ?? "") + "\n"
        }
        return text
    }

    private func clear(_ bench: ReportBench) async throws {
        for table in [RollUpTable.events] + RollUpTable.ofCampaigns { try await bench.client.execute("DELETE FROM \(raw: table.name)") }
    }
}
