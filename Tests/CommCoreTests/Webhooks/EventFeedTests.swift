import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("The feed of events", .database)
struct EventFeedTests {
    private func positions(_ bench: WebhookBench) async throws -> [Int64] {
        try await bench.owner.query("SELECT position FROM event_feed WHERE tenant_id = \(bench.tenantID) ORDER BY position")
            .map { try $0.get("position") }
    }

    private func all(_ bench: WebhookBench, _ filter: FeedFilter = FeedFilter(patterns: ["*"])) async throws -> [EventFact] {
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        let standing = try #require(try await feed.standing(tenantID: bench.tenantID))
        return try await feed.page(tenantID: bench.tenantID, filter: filter, after: 0, upTo: standing.last).entries.map(\.fact)
    }

    @Test("nobody's events are written to a feed until somebody reads")
    func closed() async throws {
        let bench = try await WebhookBench()
        try await bench.record([.delivered, .clicked])
        #expect(try await bench.owner.query("SELECT FROM event_feed").isEmpty)
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        #expect(try await feed.standing(tenantID: bench.tenantID) == nil)
        #expect(try await feed.open(tenantID: bench.tenantID) == EventFeedRepository.Standing(last: 0, keptFrom: 1))
        try await bench.record([.delivered, .bounced])
        #expect(try await positions(bench) == [1, 2])
        #expect(try await all(bench).map(\.type) == ["message.delivered", "message.bounced"])
    }

    @Test("a repeated event is in the feed once, and another tenant's not at all")
    func once() async throws {
        let bench = try await WebhookBench()
        let stranger = try await CampaignFixture.make(on: bench.owner, contacts: 0, now: bench.time.now, status: "draft")
        _ = try await EventFeedRepository(client: bench.api, time: bench.time).open(tenantID: bench.tenantID)
        let message = UUIDv7.make(at: bench.time.now)
        for _ in 0..<3 { try await bench.record([.delivered], message: message) }
        #expect(try await positions(bench) == [1])
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        _ = try await feed.open(tenantID: stranger.tenantID)
        let page = try await feed.page(tenantID: stranger.tenantID, filter: FeedFilter(patterns: ["*"]), after: 0, upTo: 100)
        #expect(page.entries.isEmpty)
    }

    @Test("positions that can be seen have no gap before them, however many record at once")
    func withoutGaps() async throws {
        let bench = try await WebhookBench()
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        _ = try await feed.open(tenantID: bench.tenantID)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<15 { try await bench.record([.deferred, .deferred], campaign: .some(nil)) } }
            }
            group.addTask {
                // Follows as a stream does, and must meet every position.
                var position: Int64 = 0
                while position < 120 {
                    guard let standing = try await feed.standing(tenantID: bench.tenantID), standing.last > position else { continue }
                    let page = try await feed.page(
                        tenantID: bench.tenantID,
                        filter: FeedFilter(patterns: ["*"]),
                        after: position,
                        upTo: standing.last
                    )
                    #expect(page.entries.map(\.position) == Array((position + 1)...standing.last))
                    position = page.position
                }
            }
            try await group.waitForAll()
        }
        #expect(try await positions(bench) == Array(1...120))
    }

    @Test("a filter lets through types, campaigns and channels, and machines only when asked")
    func filters() async throws {
        let bench = try await WebhookBench()
        _ = try await EventFeedRepository(client: bench.api, time: bench.time).open(tenantID: bench.tenantID)
        try await bench.record([.delivered, .bounced])
        try await bench.record([.unsubscribed], campaign: .some(nil))
        try await bench.owner.execute(
            """
            INSERT INTO event_feed (tenant_id, position, event_id, bucket_at, type, campaign_id, channel, is_automated, recorded_at)
            VALUES (\(bench.tenantID), 4, gen_random_uuid(), now(), 'clicked', NULL, 'sms', true, now())
            """
        )
        try await bench.owner.execute("UPDATE event_feeds SET last_position = 4 WHERE tenant_id = \(bench.tenantID)")
        func types(_ filter: FeedFilter) async throws -> [String] {
            try await all(bench, filter).map { String($0.type.dropFirst("message.".count)) }
        }
        #expect(try await types(FeedFilter(patterns: ["*"])) == ["delivered", "bounced", "unsubscribed"])
        #expect(try await types(FeedFilter(patterns: ["*"], includesAutomated: true)).last == "clicked")
        #expect(try await types(FeedFilter(patterns: ["bounced", "message.unsubscribed"])) == ["bounced", "unsubscribed"])
        #expect(try await types(FeedFilter(patterns: ["*"], campaignIDs: [bench.fixture.campaignID])) == ["delivered", "bounced"])
        #expect(try await types(FeedFilter(patterns: ["*"], channels: ["sms"], includesAutomated: true)) == ["clicked"])
    }

    @Test("an event says whose message it is and what happened, and of an erased person nothing")
    func facts() async throws {
        let bench = try await WebhookBench()
        _ = try await EventFeedRepository(client: bench.api, time: bench.time).open(tenantID: bench.tenantID)
        let event = try await bench.record([.clicked])[0]
        let fact = try await all(bench)[0]
        let document = try #require(try JSONSerialization.jsonObject(with: Data(fact.json.utf8)) as? [String: Any])
        let data = try #require(document["data"] as? [String: Any])
        #expect(document["type"] as? String == "message.clicked" && fact.id == EventFact.id(of: event.id) && !fact.id.contains("."))
        #expect(data["email"] as? String == "person1@example.com" && data["url"] as? String == "https://shop.example/one")
        #expect(data["campaign_id"] as? String == bench.fixture.campaignID.uuidString.lowercased())
        try await bench.erase("person1@example.com")
        let after = try await all(bench)[0].json
        #expect(!after.contains("person1") && !after.contains("contact_id") && after.contains("message.clicked"))
    }

    @Test("what is too old goes, a feed that nobody reads closes, and one with endpoints stays open")
    func upkeep() async throws {
        let bench = try await WebhookBench()
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        _ = try await feed.open(tenantID: bench.tenantID)
        try await bench.record([.delivered, .delivered])
        bench.time.advance(by: 8 * 86_400)
        try await bench.record([.bounced])
        bench.time.advance(by: 7 * 86_400)
        let upkeep = EventFeedUpkeep(client: bench.worker, time: bench.time, days: 14)
        while try await upkeep.run() {}
        #expect(try await positions(bench) == [3])
        #expect(try await feed.standing(tenantID: bench.tenantID) == EventFeedRepository.Standing(last: 3, keptFrom: 3))
        try await bench.record([.delivered])
        #expect(try await positions(bench) == [3])
        _ = try await bench.endpoint("http://127.0.0.1:1/")
        bench.time.advance(by: 30 * 86_400)
        while try await upkeep.run() {}
        try await bench.record([.delivered])
        #expect(try await positions(bench).last == 4)
    }
}
