import CommTesting
import Foundation
import HTTPTypes
import Logging
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Reports over HTTP", .database)
struct AnalyticsAPITests {
    private struct World: Sendable {
        let client: APIClient
        let campaign: UUID
        let list: UUID
        let contact: UUID
        let message: UUID
    }

    /// A campaign that was sent to one person, delivered, clicked twice and answered by an unsubscribe.
    private static func world(_ client: APIClient) async throws -> World {
        let campaign = try await client.makeCampaign()
        _ = try await client.send(.post, "/api/campaigns/\(campaign)/compile")
        #expect(try await client.send(.post, "/api/campaigns/\(campaign)/schedule").status == 200)
        try await TestSender().run(client)
        let row = try #require(try await client.database.query("SELECT id, contact_id FROM delivery_events").first)
        let (message, contact): (UUID, UUID) = (try row.get("id"), try row.get("contact_id"))
        let list: UUID = try #require(try await client.database.query("SELECT list_id FROM campaign_lists").first?.get("list_id"))
        client.time.advance(by: 600)
        let now = client.time.now
        func event(_ type: EventType, _ payload: String, source: String = "motorical") -> Event {
            Event(
                type: type,
                tenantID: client.tenantID,
                campaignID: campaign,
                contactID: contact,
                messageID: message,
                source: source,
                occurredAt: now,
                discriminator: UUIDv7.make(at: now).uuidString,
                payload: payload
            )
        }
        let click = #"{"url":"https://shop.example/a?x=1","linkIndex":0,"userAgent":"Mozilla/5.0 (X11) Firefox/130","ip":"192.0.2.7"}"#
        let events = [event(.delivered, "{}"), event(.clicked, click), event(.clicked, click), event(.unsubscribed, "{}", source: "link")]
        try await client.database.withTransaction { _ = try await EventRecorder().record(events, on: $0, now: now) }
        let worker = TestDatabase.current.client(role: "comm_worker")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let inbox = InboxProcessor(client: worker, time: client.time, logger: logger)
        while try await inbox.processBatch() > 0 {}
        try await ReportProgressUpdater(client: worker, time: client.time).update()
        let audience = AudienceCounter(client: worker, time: client.time)
        while try await audience.step() {}
        return World(client: client, campaign: campaign, list: list, contact: contact, message: message)
    }

    private static func keys(_ reply: Reply, _ path: String) -> Set<String> {
        if case .object(let members) = reply.value(path) { Set(members.keys) } else { [] }
    }

    @Test("the contract's shapes of a campaign's reports")
    func campaignReports() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let base = "/api/campaigns/\(world.campaign)"
            let analytics = try await client.send(.get, "\(base)/analytics?days=7")
            #expect(analytics.status == 200, "\(analytics.text)")
            #expect(
                Self.keys(analytics, "data.summary") == [
                    "totalEmails", "deliveryRate", "acceptanceRate", "clickRate", "reputationScore", "totalClicks", "uniqueClickers",
                ]
            )
            #expect(analytics.number("data.summary.totalEmails") == 1 && analytics.number("data.summary.reputationScore") == 100)
            #expect(analytics.number("data.summary.totalClicks") == 2 && analytics.number("data.summary.uniqueClickers") == 1)
            let today = String(ISO8601.string(from: client.time.now).prefix(10))
            let day = "data.dailyBreakdown.\(today)"
            #expect(Self.keys(analytics, "data.dailyBreakdown").count == 7)
            #expect(Self.keys(analytics, day).isSuperset(of: ["accepted", "delivered", "hard_bounce", "soft_bounce", "clicked"]))
            #expect(analytics.number("\(day).clicked") == 2 && analytics.number("\(day).delivered") == 1)
            #expect(Self.keys(analytics, "data.recentActivity[0]") == ["classification", "toAddress", "subject", "timestamp"])

            let events = try await client.send(.get, "\(base)/events?page=1&pageSize=2")
            #expect(events.number("data.total") == 4 && events.number("data.page") == 1 && events.number("data.pageSize") == 2)
            #expect(
                Self.keys(events, "data.items[0]").isSuperset(of: ["id", "type", "message_id", "contact_id", "occurred_at", "payload"])
            )
            let next = try #require(events.string("data.next_cursor"))
            let rest = try await client.send(.get, "\(base)/events?pageSize=2&cursor=\(next)")
            #expect(rest.status == 200 && rest.string("data.items[0].id") != nil && rest.string("data.items[1].id") != nil)
            #expect(rest.value("data.next_cursor") == .null)
            #expect(try await client.send(.get, "\(base)/events?status=clicked").number("data.total") == 2)
            #expect(try await client.send(.get, "\(base)/events?status=bounced").text.contains(#""items":[]"#))

            let clicks = try await client.send(.get, "\(base)/clicks?limit=1&link_index=0")
            #expect(clicks.string("data.clicks[0].link.url") == "https://shop.example/a?x=1")
            #expect(clicks.number("data.clicks[0].link.index") == 0)
            #expect(clicks.string("data.clicks[0].recipient.email") == "person@ex.test")
            #expect(clicks.string("data.clicks[0].ip_address") == "192.0.2.7")
            #expect(clicks.string("data.clicks[0].user_agent")?.contains("Firefox") == true)
            #expect(clicks.number("data.pagination.total") == 2 && clicks.value("data.pagination.has_more") == .bool(true))
            #expect(try await client.send(.get, "\(base)/clicks?link_index=7").number("data.pagination.total") == 0)

            let links = try await client.send(.get, "\(base)/click-breakdown")
            #expect(links.string("data[0].url")?.hasPrefix("https://shop.example/a") == true, "\(links.text)")
            #expect(links.number("data[0].total_clicks") == 2 && links.number("data[0].unique_clicks") == 1)
        }
    }

    @Test("what was handed over is listed as the contract's queued events, by campaign, tenant and person")
    func queued() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let events = try await client.send(.get, "/api/campaigns/\(world.campaign)/events?status=queued")
            #expect(events.number("data.total") == 1 && events.string("data.items[0].type") == "queued", "\(events.text)")
            let message = world.message.uuidString.lowercased()
            #expect(events.string("data.items[0].message_id") == message)
            #expect(events.string("data.items[0].payload.data.messageId") == message)
            #expect(events.string("data.items[0].payload.data.status") == "queued")
            #expect(
                events.string("data.items[0].payload.idempotencyKey")
                    == "\(world.campaign.uuidString.lowercased()):\(world.contact.uuidString.lowercased())"
            )
            #expect(events.string("data.items[0].email") == "person@ex.test")
            for filter in ["", "&contact_email=person@ex.test", "&campaign_id=\(world.campaign)", "&date_from=2026-01-01"] {
                let found = try await client.send(.get, "/api/tracking/events?event_type=queued\(filter)")
                #expect(found.number("data.pagination.total") == 1 && found.string("data.events[0].type") == "queued", "\(found.text)")
            }
            #expect(try await client.send(.get, "/api/tracking/events?event_type=sending").number("data.pagination.total") == 1)
            for filter in ["&contact_email=nobody@ex.test", "&verdict=human", "&date_to=2020-01-01"] {
                let found = try await client.send(.get, "/api/tracking/events?event_type=queued\(filter)")
                #expect(found.number("data.pagination.total") == 0 && found.value("data.events") == .array([]), "\(found.text)")
            }
            let csv = try await client.send(.get, "/api/tracking/export?event_type=queued")
            #expect(csv.text.contains("queued,") && csv.text.contains("person@ex.test"))
            let other = try await client.withNewTenant()
            #expect(try await other.send(.get, "/api/tracking/events?event_type=queued").number("data.pagination.total") == 0)
        }
    }

    @Test("queued messages are paged by cursor from the last to the first")
    func queuedPages() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let ids = (1...4).map { n in UUIDv7.make(at: client.time.now.addingTimeInterval(Double(n))) }
            for id in ids {
                try await client.database.execute(
                    """
                    INSERT INTO delivery_events (tenant_id, id, created_at, channel, recipient, outcome, attempts, occurred_at)
                    VALUES (\(client.tenantID), \(id), \(UUIDv7.time(of: id)), 'email', 'x@ex.test', 'sent', 1, \(client.time.now))
                    """
                )
            }
            var path: String? = "/api/tracking/events?event_type=queued&limit=2"
            var seen: [String] = []
            while let page = path {
                let reply = try await client.send(.get, page)
                seen += (0..<2).compactMap { reply.string("data.events[\($0)].id") }
                path = reply.string("data.pagination.next_cursor").map { "/api/tracking/events?event_type=queued&limit=2&cursor=\($0)" }
            }
            #expect(seen == (ids.reversed() + [world.message]).map { $0.uuidString.lowercased() })
        }
    }

    @Test("recent activity calls a bounce what it is counted as")
    func recentBounces() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let now = client.time.now
            func bounce(_ code: String, after seconds: Double) -> Event {
                Event(
                    type: .bounced,
                    tenantID: client.tenantID,
                    campaignID: world.campaign,
                    contactID: world.contact,
                    messageID: nil,
                    source: "motorical",
                    occurredAt: now.addingTimeInterval(seconds),
                    discriminator: code,
                    payload: #"{"type":"bounced","smtp_code":"\#(code)"}"#
                )
            }
            let bounces = [bounce("452", after: 1), bounce("550", after: 2)]
            try await client.database.withTransaction { _ = try await EventRecorder().record(bounces, on: $0, now: now) }
            client.time.advance(by: 60)
            let analytics = try await client.send(.get, "/api/campaigns/\(world.campaign)/analytics?days=7")
            #expect(analytics.string("data.recentActivity[0].classification") == "hard_bounce", "\(analytics.text)")
            #expect(analytics.string("data.recentActivity[1].classification") == "soft_bounce")
            #expect(analytics.number("data.totals.soft_bounced") == 1 && analytics.number("data.totals.hard_bounced") == 1)
        }
    }

    @Test("stats keep the contract's names and add verdicts, exact rates and how fresh they are")
    func stats() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let stats = try await client.send(.get, "/api/campaigns/\(world.campaign)/stats")
            #expect(
                Self.keys(stats, "data.totals").isSuperset(of: [
                    "queued", "sending", "sent", "delivered", "bounced", "complained", "failed", "blocked", "opened", "clicked",
                    "analyticsDelivered",
                ])
            )
            #expect(stats.number("data.total_sent") == 1 && stats.number("data.delivery_rate") == 100)
            #expect(Self.keys(stats, "data.clicks_by_verdict") == ["human", "unknown", "scanner", "machine"])
            #expect(stats.number("data.rates.click") == 100)
            #expect(stats.string("data.freshness.as_of") == ISO8601.string(from: client.time.now))
            #expect(stats.number("data.freshness.age_seconds") == 0)
            #expect(stats.value("data.freshness.building") == .bool(false))
            try await client.database.execute(
                "INSERT INTO rollup_marks VALUES (\(client.tenantID), \(world.campaign), \(client.time.now))"
            )
            let building = try await client.send(.get, "/api/analytics/dashboard")
            #expect(building.value("data.freshness.building") == .bool(true), "\(building.text)")
            #expect(building.number("data.freshness.building_campaigns") == 1)
        }
    }

    @Test("insights: hours, clients, domains, timeline, cohorts")
    func insights() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let base = "/api/campaigns/\(world.campaign)"
            let people = try await client.send(.get, "\(base)/recipient-insights?timezone=Europe/Vilnius")
            #expect(people.string("data.timezone") == "Europe/Vilnius")
            #expect(people.string("data.top_recipients[0].email") == "person@ex.test")
            #expect(people.number("data.top_recipients[0].clicks") == 2)
            #expect(people.string("data.clients[0].name") == "firefox" && people.string("data.devices[0].name") == "desktop")
            #expect(people.number("data.best_hours[0].clicked") == 1)
            let timeline = try await client.send(.get, "\(base)/engagement-timeline")
            #expect(timeline.number("data.hours[0].cumulative_clicked") == 1 && timeline.number("data.hours_to_half_of_clicks") == 1)
            let domains = try await client.send(.get, "\(base)/domain-performance")
            #expect(domains.string("data.domains[0].domain") == "ex.test" && domains.number("data.domains[0].delivered") == 1)
            #expect(domains.value("data.other") == .null && domains.number("data.total.sent") == 1)
            let cohorts = try await client.send(.get, "\(base)/cohort-analysis?by=week")
            #expect(cohorts.string("data.by") == "week" && cohorts.number("data.cohorts[0].clicked") == 1)
        }
    }

    @Test("messages are counted by channel, those of campaigns and those of requests, each once")
    func channels() async throws {
        try await withAPI { client in
            _ = try await Self.world(client)
            let before = try await client.send(.get, "/api/analytics/overview?days=30")
            let sent = try #require(before.number("data.channels[0].outcomes.sent"))
            #expect(sent > 0 && before.string("data.channels[0].channel") == "email", "\(before.text)")
            for _ in 0..<2 { _ = try await MessageFixture.make(on: client.database, tenantID: client.tenantID, now: client.time.now) }
            try await TestSender().runTests(client)
            while try await DeliveryCounterRepository(client: client.database).fold() {}
            _ = try await MessageFixture.make(on: client.database, tenantID: client.tenantID, now: client.time.now)
            try await TestSender().runTests(client)
            let overview = try await client.send(.get, "/api/analytics/overview?days=30")
            #expect(overview.number("data.channels[0].outcomes.sent") == sent + 3, "\(overview.text)")
            #expect(overview.string("data.channels[2].channel") == "push")
            let dashboard = try await client.send(.get, "/api/analytics/dashboard?days=7")
            #expect(dashboard.number("data.current.channels[0].outcomes.sent") == sent + 3, "\(dashboard.text)")
            #expect(dashboard.value("data.previous.channels[0].outcomes.sent") == nil)
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, "/api/analytics/overview").value("data.channels[0].outcomes.sent") == nil)
        }
    }

    @Test("dashboard, overview, lists and series")
    func tenant() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let dashboard = try await client.send(.get, "/api/analytics/dashboard?days=7&timezone=America/New_York")
            #expect(dashboard.status == 200, "\(dashboard.text)")
            #expect(dashboard.number("data.current.totals.delivered") == 1 && dashboard.number("data.previous.totals.delivered") == 0)
            #expect(dashboard.string("data.health.status") == "ok")
            #expect(dashboard.number("data.audience.contacts.total") == 1)
            #expect(dashboard.number("data.audience.lists[0].members") == 1)
            #expect(dashboard.number("data.audience.suppressions.total") == 1)
            let overview = try await client.send(.get, "/api/analytics/overview?days=30")
            #expect(overview.number("data.overview.clicked.total_events") == 2)
            #expect(overview.number("data.overview.clicked.campaigns") == 1)
            #expect(overview.number("data.overview.delivered.unique_recipients") == 1)
            #expect(overview.number("data.period_days") == 30)
            #expect(overview.string("data.top_campaigns[0].id") == world.campaign.uuidString.lowercased())
            #expect(overview.number("data.top_campaigns[0].unique_clickers") == 1)
            #expect(overview.number("data.top_campaigns[0].click_rate") == 100)
            let list = try await client.send(.get, "/api/analytics/lists/\(world.list)")
            #expect(list.number("data.totals.delivered") == 1 && list.number("data.members.total") == 1)
            for query in ["", "&campaign_id=\(world.campaign)", "&list_id=\(world.list)", "&provider=other", "&domain=ex.test"] {
                let series = try await client.send(.get, "/api/analytics/series?interval=hour&days=1\(query)")
                #expect(series.status == 200 && series.text.contains(#""clicked":1"#), "\(query) \(series.text.prefix(300))")
            }
            let none = try await client.send(.get, "/api/analytics/series?interval=day&days=3&domain=gmail.com")
            #expect(none.number("data.points[2].counts.sent") == 0)
        }
    }

    @Test("the explorer pages, filters, sorts, counts and exports")
    func explorer() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let all = try await client.send(.get, "/api/tracking/events?limit=2")
            #expect(all.number("data.pagination.total") == 4 && all.number("data.pagination.pages") == 2)
            #expect(
                Self.keys(all, "data.events[0]").isSuperset(of: [
                    "id", "type", "occurred_at", "payload", "contact_email", "contact_name", "campaign_name", "campaign_id",
                ])
            )
            let sorted = try await client.send(.get, "/api/tracking/events?sort_by=type&sort_order=asc")
            #expect(sorted.string("data.events[0].type") == "clicked" && sorted.string("data.events[3].type") == "unsubscribed")
            let person = try await client.send(.get, "/api/tracking/events?contact_email=PERSON@ex.test&event_type=delivered")
            #expect(person.number("data.pagination.total") == 1)
            #expect(try await client.send(.get, "/api/tracking/events?contact_email=nobody@ex.test").number("data.pagination.total") == 0)
            let human = try await client.send(.get, "/api/tracking/events?verdict=scanner")
            #expect(human.number("data.pagination.total") == 0)
            let stats = try await client.send(.get, "/api/tracking/stats?campaign_id=\(world.campaign)")
            #expect(stats.number("data.by_type.clicked") == 2 && stats.number("data.by_type.queued") == 1)
            #expect(stats.number("data.total") == 5)
            let csv = try await client.send(.get, "/api/tracking/export?event_type=clicked")
            #expect(Array(csv.bytes.prefix(3)) == [0xEF, 0xBB, 0xBF])
            let lines = String(decoding: csv.bytes.dropFirst(3), as: UTF8.self).split(separator: "\r\n")
            #expect(lines.first == "Event Type,Occurred At,Contact Email,Contact Name,Campaign Name,Clicked URL,Bounce Reason,SMTP Code")
            #expect(lines.count == 3 && lines[1].contains("https://shop.example/a?x=1"))
            #expect(csv.headers[.contentType]?.hasPrefix("text/csv") == true)
        }
    }

    @Test("unsubscribes: who, how many, when")
    func unsubscribes() async throws {
        try await withAPI { client in
            let world = try await Self.world(client)
            let events = try await client.send(.get, "/api/unsubscribe-events?campaign_id=\(world.campaign)&email=person@ex.test&days=7")
            #expect(events.string("data.events[0].email") == "person@ex.test" && events.string("data.events[0].source") == "link")
            #expect(events.number("data.pagination.total") == 1 && events.value("data.pagination.hasNext") == .bool(false))
            let analytics = try await client.send(.get, "/api/unsubscribe-analytics")
            #expect(
                analytics.number("data.total") == 1 && analytics.number("data.last_7_days") == 1 && analytics.number("data.rate") == 100
            )
            #expect(Self.keys(analytics, "data.recent[0]") == ["email", "campaign_name", "timestamp"])
            let trends = try await client.send(.get, "/api/unsubscribe-trends?interval=day&days=3")
            #expect(trends.number("data.counts[2]") == 1 && trends.string("data.dates[2]")?.count == 10)
        }
    }

    @Test(
        "what cannot be is refused, and the field is named",
        arguments: [
            ("/api/analytics/dashboard?days=0", "days"), ("/api/analytics/overview?days=366", "days"),
            ("/api/analytics/overview?timezone=CET", "timezone"), ("/api/analytics/overview?from=2026-02-30", "from"),
            ("/api/analytics/overview?from=2026-03-02&to=2026-03-01", "from"),
            ("/api/analytics/overview?from=2020-01-01&to=2026-01-01", "from"),
            ("/api/analytics/overview?days=3&from=2026-01-01", "days"), ("/api/analytics/series?interval=year", "interval"),
            ("/api/analytics/series?interval=hour&days=60", "days"), ("/api/analytics/series?provider=nobody", "provider"),
            ("/api/analytics/series?campaign_id=x", "campaign_id"), ("/api/analytics/lists/x", "id"),
            ("/api/tracking/events?event_type=sold", "event_type"), ("/api/tracking/events?event_type=queued&sort_by=type", "sort_by"),
            ("/api/tracking/events?sort_by=payload", "sort_by"),
            ("/api/tracking/events?cursor=1", "cursor"), ("/api/tracking/events?offset=10001", "offset"),
            ("/api/tracking/events?verdict=alien", "verdict"), ("/api/tracking/events?date_from=soon", "date_from"),
            ("/api/tracking/export?campaign_id=1", "campaign_id"), ("/api/unsubscribe-trends?interval=minute", "interval"),
            ("/api/unsubscribe-events?page=0", "page"), ("/api/unsubscribe-events?page=9999&limit=500", "page"),
        ]
    )
    func refused(path: String, field: String) async throws {
        try await withAPI { client in
            try await client.send(.get, path).expectProblem(400, code: "validation", field: field)
        }
    }

    @Test("a tenant without anything gets empty reports; another's campaign is not found by a filter either")
    func empty() async throws {
        try await withAPI { client in
            let campaign = try await client.makeCampaign()
            let stranger = try await client.withNewTenant()
            for path in [
                "/api/analytics/dashboard", "/api/analytics/overview", "/api/analytics/series", "/api/tracking/events",
                "/api/tracking/stats", "/api/tracking/export", "/api/unsubscribe-events", "/api/unsubscribe-analytics",
                "/api/unsubscribe-trends",
            ] {
                let reply = try await stranger.send(.get, path)
                #expect(reply.status == 200, "\(path): \(reply.text.prefix(300))")
                #expect(!reply.text.contains(campaign.uuidString.lowercased()), "\(path)")
                guard !["/api/analytics/dashboard", "/api/analytics/overview"].contains(path) else { continue }
                let other = try await stranger.send(.get, "\(path)?campaign_id=\(campaign)")
                #expect(other.status == 404, "\(path): \(other.status)")
            }
            for path in [
                "analytics", "events", "clicks", "click-breakdown", "recipient-insights", "engagement-timeline", "domain-performance",
                "cohort-analysis",
            ] {
                #expect(try await client.send(.get, "/api/campaigns/\(campaign)/\(path)").status == 200, "\(path)")
            }
        }
    }
}
