import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Reports", .database)
struct ReportReadingTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("a series has every step of the zone, and its steps add up to the total")
    func series() async throws {
        let bench = try await ReportBench.make(contacts: 6, time: time)
        let zone = try #require(ReportZone("Asia/Kathmandu"))
        for (index, message) in bench.messages.enumerated() {
            try await bench.put([bench.report("delivered", message, at: time.now.addingTimeInterval(-Double(index) * 7 * 3_600))])
        }
        try await bench.process()
        let period = ReportPeriod.last(days: 4, until: time.now, in: zone)
        let points = try await EventReportRepository(client: bench.api)
            .series(tenantID: bench.fixture.tenantID, subject: .tenant, period: period, interval: .hour)
        #expect(points.reduce(0) { $0 + $1.counts.delivered } == 6)
        #expect(points.filter { $0.counts.delivered > 0 }.count == 6)
        let days = try await EventReportRepository(client: bench.api)
            .series(tenantID: bench.fixture.tenantID, subject: .campaign(bench.fixture.campaignID), period: period, interval: .day)
        #expect(days.count == 4)
        let expected = try await bench.client.query(
            """
            SELECT to_char(occurred_at AT TIME ZONE 'Asia/Kathmandu', 'YYYY-MM-DD') AS day, count(*)::int AS count FROM email_events
            WHERE type = 'delivered' GROUP BY 1 ORDER BY 1
            """
        )
        let found = days.filter { $0.counts.delivered > 0 }.map { "\($0.label)=\($0.counts.delivered)" }
        #expect(try found == expected.map { "\(try $0.get("day") as String)=\(try $0.get("count") as Int)" })
    }

    @Test("reports say up to when they are complete")
    func progress() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        let updater = ReportProgressUpdater(client: bench.worker, time: time)
        let received = time.now
        time.advance(by: 30)
        try await updater.update()
        func progress() async throws -> ReportProgress {
            try await bench.api.withTenant(bench.fixture.tenantID) { try await ReportProgress.read(on: $0) }
        }
        #expect(try await progress().asOf == received)
        #expect(try await progress().age(at: time.now) == 30)
        try await bench.process()
        time.advance(by: 1)
        try await updater.update()
        #expect(try await progress().age(at: time.now) == 0)
    }

    @Test("the audience is counted by quarter, list and latest event; again when it is old")
    func audience() async throws {
        let bench = try await ReportBench.make(contacts: 5, time: time)
        try await bench.put(bench.messages.prefix(3).map { bench.report("delivered", $0, at: time.now) })
        try await bench.put([bench.report("bounced", bench.messages[4], at: time.now)])
        try await bench.process()
        let counter = AudienceCounter(client: bench.worker, time: time)
        while try await counter.step() {}
        let period = ReportPeriod.last(days: 2, until: time.now, in: .utc)
        let overview = try await OverviewRepository(client: bench.api).overview(
            tenantID: bench.fixture.tenantID,
            period: period,
            now: time.now
        )
        #expect(overview.recipients["delivered"] == 3)
        #expect(overview.recipients["bounced"] == 1)
        #expect(overview.campaigns["delivered"] == 1)
        #expect(overview.topCampaigns.map(\.id) == [bench.fixture.campaignID])
        let list = try await ListReportRepository(client: bench.api)
            .report(tenantID: bench.fixture.tenantID, listID: bench.fixture.listID, period: period, now: time.now)
        #expect((list.members, list.added, list.counts.delivered) == (5, 5, 3))
        #expect(list.growth.reduce(0, +) == 5)
        #expect(try await !counter.step())
        time.advance(by: AudienceCounter.patience)
        #expect(try await counter.step())
    }

    @Test("pages of events follow each other without gap or repeat, at equal times too")
    func pages() async throws {
        let bench = try await ReportBench.make(contacts: 23, time: time)
        try await bench.put(bench.messages.map { bench.report("delivered", $0, at: time.now) })
        try await bench.put(bench.messages.prefix(9).map { bench.report("bounced", $0, at: time.now.addingTimeInterval(-60)) })
        try await bench.process()
        let explorer = EventExplorer(client: bench.api)
        var seen: [UUID] = []
        var cursor: EventCursor?
        repeat {
            let page = try await explorer.page(tenantID: bench.fixture.tenantID, filter: EventFilter(), limit: 5, after: cursor)
            #expect(page.total == 32)
            seen += page.events.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(seen.count == 32 && Set(seen).count == 32)
        var filter = EventFilter()
        filter.type = .bounced
        #expect(try await explorer.page(tenantID: bench.fixture.tenantID, filter: filter, limit: 5).total == 9)
        // By type too, where the roll-ups say in which quarters of an hour to look.
        var (delivered, place): ([UUID], EventCursor?) = ([], nil)
        filter.type = .delivered
        repeat {
            let page = try await explorer.page(tenantID: bench.fixture.tenantID, filter: filter, limit: 5, after: place)
            delivered += page.events.map(\.id)
            place = page.next
        } while place != nil
        #expect(delivered.count == 23 && Set(delivered).count == 23)
        #expect(try await explorer.page(tenantID: bench.fixture.tenantID, filter: filter, limit: 5, offset: 20).events.count == 3)
        filter.type = .bounced
        filter.contactEmail = "person1@shop.example"
        let person = try await explorer.page(tenantID: bench.fixture.tenantID, filter: filter, limit: 5)
        #expect(person.total == person.events.count)
    }

    @Test("the timeline, cohorts and hours of a campaign come from its messages")
    func insights() async throws {
        let bench = try await ReportBench.make(contacts: 4, time: time)
        let sentAt = time.now
        for (index, message) in bench.messages.enumerated() {
            let at = sentAt.addingTimeInterval(Double(index) * 3_600 + 60)
            try await bench.put([
                bench.report("delivered", message, at: sentAt.addingTimeInterval(5)),
                bench.click(message, link: 0, at: at, agent: ReportBench.agents[1], event: UUIDv7.make(at: at)),
            ])
        }
        time.advance(by: 86_400)
        try await bench.process()
        let insights = CampaignInsightsRepository(client: bench.api)
        let (tenant, campaign) = (bench.fixture.tenantID, bench.fixture.campaignID)
        let timeline = try await insights.timeline(tenantID: tenant, campaignID: campaign)
        #expect(timeline.steps.map(\.hour) == [0, 1, 2, 3])
        #expect(timeline.hours(untilShare: 0.5, of: \.clicked) == 2)
        #expect(timeline.hours(untilShare: 0.5, of: \.opened) == nil)
        let cohorts = try await insights.cohorts(tenantID: tenant, campaignID: campaign, by: .month)
        #expect(cohorts.cohorts.map(\.start) == ["2026-01-01"])
        #expect(cohorts.cohorts.first?.clicked == 4)
        let people = try await insights.recipients(tenantID: tenant, campaignID: campaign, zone: .utc, limit: 2)
        #expect(people.top.count == 2 && people.hours.slots.count == 4)
        #expect(people.clients.map(\.client) == ["chrome"] && people.clients.map(\.device) == ["desktop"])
        let links = try await insights.links(tenantID: tenant, campaignID: campaign).links
        #expect(links.map(\.index) == [0] && links.first?.messages == 4)
    }
}
