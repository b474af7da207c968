import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("Event pipeline", .database)
struct InboxProcessorTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    private var processor: InboxProcessor {
        InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
    }

    /// A campaign that has been sent to everybody.
    private func sentCampaign(contacts: Int) async throws -> (fixture: CampaignFixture, messages: [SentMessage]) {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: contacts, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let rows = try await client.query(
            "SELECT id, contact_id FROM delivery_events WHERE campaign_id = \(fixture.campaignID) ORDER BY id"
        )
        return (fixture, try rows.map { SentMessage(id: try $0.get("id"), contactID: try $0.get("contact_id")) })
    }

    private struct SentMessage {
        let id: UUID
        let contactID: UUID
    }

    private func report(_ type: String, _ message: SentMessage, of fixture: CampaignFixture, more: String = "") -> String {
        """
        {"type":"\(type)","campaign_id":"\(fixture.campaignID)","contact_id":"\(message.contactID)","message_id":"\(message.id)",
         "occurred_at":"\(ISO8601.string(from: time.now))"\(more)}
        """
    }

    private func put(_ payloads: [String], source: String = MotoricalSource.webhook) async throws {
        let rows = payloads.map { InboxRepository.NewRow(id: UUIDv7.make(at: time.now), source: source, payload: $0, receivedAt: time.now) }
        try await InboxRepository.insert(rows, on: client)
    }

    private func processAll() async throws {
        while try await processor.processBatch() > 0 {}
    }

    private func counters(_ fixture: CampaignFixture) async throws -> [String: Int] {
        let rows = try await client.query(
            """
            SELECT delivered::int, bounced::int, complained::int, clicked::int, clicks::int, unsubscribed::int
            FROM campaign_delivery_metrics WHERE campaign_id = \(fixture.campaignID)
            """
        )
        let row = try #require(rows.first)
        return try Dictionary(
            uniqueKeysWithValues: ["delivered", "bounced", "complained", "clicked", "clicks", "unsubscribed"].map { ($0, try row.get($0)) }
        ).filter { $0.value != 0 }
    }

    private func contact(_ message: SentMessage) async throws -> PostgresRow {
        try #require(try await client.query("SELECT * FROM contacts WHERE id = \(message.contactID)").first)
    }

    private func inboxSize() async throws -> Int {
        try #require(try await client.query("SELECT count(*)::int AS count FROM event_inbox").first?.get("count"))
    }

    @Test("what was handed over moves the contacts' columns")
    func dispatch() async throws {
        let (_, messages) = try await sentCampaign(contacts: 3)
        try await processAll()
        for message in messages {
            let row = try await contact(message)
            #expect(try row.get("sent_count") == 1 as Int)
            #expect(try row.get("last_sent_at") == time.now as Date?)
        }
        #expect(try await inboxSize() == 0)
    }

    @Test("a delivery is counted once, by webhook and by log, however often it is told")
    func onceOnly() async throws {
        let (fixture, messages) = try await sentCampaign(contacts: 2)
        let told = report("delivered", messages[0], of: fixture)
        try await put([told, told, told])
        try await processAll()
        time.advance(by: 60)
        try await put([told, report("Delivered", messages[0], of: fixture)], source: MotoricalSource.log)
        try await put([told])
        try await processAll()
        #expect(try await counters(fixture) == ["delivered": 1])
        #expect(try await contact(messages[0]).get("delivered_count") == 1 as Int)
        #expect(try await contact(messages[1]).get("delivered_count") == 0 as Int)
        #expect(try await inboxSize() == 0)
    }

    @Test("any order of any facts with repeats ends in the same state", arguments: 0..<12 as Range<UInt64>)
    func lattice(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let (fixture, messages) = try await sentCampaign(contacts: 3)
        var reports = [
            report("delivered", messages[0], of: fixture), report("bounced", messages[0], of: fixture, more: #","bounce_type":"hard""#),
            report("delivered", messages[1], of: fixture), report("complained", messages[1], of: fixture),
            report("bounced", messages[1], of: fixture), report("delivered", messages[2], of: fixture),
            report("bounced", messages[2], of: fixture, more: #","bounce_type":"soft""#),
        ]
        reports += reports.shuffled(using: &random).prefix(4)
        for part in reports.shuffled(using: &random) {
            try await put([part])
            if Bool.random(using: &random) { try await processAll() }
        }
        try await processAll()
        #expect(try await counters(fixture) == ["delivered": 3, "bounced": 3, "complained": 1])
        let statuses = try await [contact(messages[0]), contact(messages[1]), contact(messages[2])].map { try $0.get("status") as String }
        #expect(statuses == ["bounced", "complained", "active"])
        let suppressed = try await client.query("SELECT reason FROM suppressions ORDER BY reason")
        #expect(try suppressed.map { try $0.get("reason") as String } == ["bounce", "complaint"])
    }

    @Test("clicks count each, and their message once")
    func clicks() async throws {
        let (fixture, messages) = try await sentCampaign(contacts: 2)
        func click(_ message: SentMessage, link: Int) throws -> String {
            try TrackingSource.Click(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                contactID: message.contactID,
                messageID: message.id,
                linkIndex: link,
                url: "https://shop.example/one",
                userAgent: "Mail/1.0",
                ip: "192.0.2.1",
                occurredAt: time.now,
                eventID: UUIDv7.make(at: time.now)
            ).json()
        }
        time.advance(by: 3_600)
        let repeated = try click(messages[0], link: 0)
        try await put([repeated, repeated, try click(messages[0], link: 1)], source: TrackingSource.name)
        try await processAll()
        try await put([try click(messages[0], link: 0), try click(messages[1], link: 0)], source: TrackingSource.name)
        try await processAll()
        #expect(try await counters(fixture) == ["clicked": 2, "clicks": 4])
        #expect(try await contact(messages[0]).get("clicked_count") == 3 as Int)
        #expect(try await contact(messages[0]).get("last_clicked_at") == time.now as Date?)
    }

    @Test("a report that overtakes our own log waits for it")
    func overtaking() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: 1, now: time.now)
        try await bench.expandAll()
        let row = try #require(try await client.query("SELECT id, contact_id FROM message_queue").first)
        let message = SentMessage(id: try row.get("id"), contactID: try row.get("contact_id"))
        try await put([report("delivered", message, of: fixture)])
        try await processAll()
        #expect(try await counters(fixture) == [:])
        #expect(try await inboxSize() == 1)
        try await bench.drain()
        time.advance(by: 2)
        try await processAll()
        #expect(try await counters(fixture) == ["delivered": 1])
        #expect(try await inboxSize() == 0)
    }

    @Test("a report about an unknown message or with another tenant's name changes nothing and is dropped after a day")
    func foreign() async throws {
        let (mine, messages) = try await sentCampaign(contacts: 1)
        let other = try await CampaignFixture.make(on: client, contacts: 1, now: time.now, status: "draft")
        try await processAll()
        try await put([
            report("bounced", SentMessage(id: UUIDv7.make(at: time.now), contactID: messages[0].contactID), of: mine),
            report("bounced", messages[0], of: other),
            #"{"type":"bounced","message_id":"\#(messages[0].id)","tenant_id":"\#(other.tenantID)"}"#,
        ])
        try await processAll()
        #expect(try await inboxSize() == 3)
        time.advance(by: 24 * 3600 + 1)
        try await processAll()
        #expect(try await inboxSize() == 0)
        #expect(try await client.query("SELECT FROM email_events").isEmpty)
        #expect(try await contact(messages[0]).get("status") == "active" as String)
    }

    @Test("a row that the database refuses is put aside and holds nobody up")
    func refusedRow() async throws {
        let (fixture, messages) = try await sentCampaign(contacts: 2)
        // A dispatch row that cannot be read stands for whatever may go wrong inside a batch.
        try await put([#"{"tenantID":"x"}"#], source: "dispatch")
        try await put([report("delivered", messages[0], of: fixture)])
        try await put(["[]"])
        while (try? await processor.processBatch()) ?? 0 > 0 {}
        #expect(try await counters(fixture) == ["delivered": 1])
    }
}
