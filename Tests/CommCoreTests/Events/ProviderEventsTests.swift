import CommTesting
import Foundation
import Logging
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("What delivery services report", .database)
struct ProviderEventsTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    /// A campaign that has been handed over, with the disposition of each message.
    private func campaign(
        contacts: Int = 3,
        answer: @escaping @Sendable (OutgoingMessage) -> Disposition = { _ in .sent }
    ) async throws -> (fixture: CampaignFixture, messages: [UUID]) {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: contacts, now: time.now)
        bench.gateway.answer(answer)
        try await bench.expandAll()
        try await bench.drain()
        let rows = try await client.query("SELECT id FROM delivery_events WHERE campaign_id = \(fixture.campaignID) ORDER BY id")
        return (fixture, try rows.map { try $0.get("id") })
    }

    private func reference(_ message: UUID, _ fixture: CampaignFixture) -> String {
        MessageReference(tenantID: fixture.tenantID, campaignID: fixture.campaignID, messageID: message).text
    }

    private func postal(_ event: String, _ reference: String, uuid: String = UUID().uuidString, more: String = "") -> String {
        """
        {"event":"\(event)","timestamp":\(time.now.timeIntervalSince1970),"uuid":"\(uuid)",
         "payload":{"message":{"tag":"\(reference)","to":"person1@example.com"}\(more)}}
        """
    }

    private func process(_ payloads: [String], source: String = PostalSource.name) async throws {
        let rows = payloads.map { InboxRepository.NewRow(id: UUIDv7.make(at: time.now), source: source, payload: $0, receivedAt: time.now) }
        try await InboxRepository.insert(rows, on: client)
        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        while try await processor.processBatch() > 0 {}
    }

    private func metrics(_ fixture: CampaignFixture, _ column: String) async throws -> Int {
        try await client.query("SELECT \(raw: column)::int AS n FROM campaign_delivery_metrics WHERE campaign_id = \(fixture.campaignID)")
            .first?.get("n") ?? -1
    }

    private func count(_ table: String) async throws -> Int {
        try await client.query("SELECT count(*)::int AS n FROM \(raw: table)").first?.get("n") ?? -1
    }

    @Test("the same report 46 times counts once")
    func repeated() async throws {
        let (fixture, messages) = try await campaign()
        let opened = postal("MessageLoaded", reference(messages[0], fixture), uuid: "7f6c0f2e-0d0a-4f7e-8a53-5c1f3a9b7e11")
        let delivered = postal("MessageSent", reference(messages[0], fixture), uuid: "0b9f3c1e-7c55-4c0e-9a55-2f2a6f0c9d11")
        for _ in 1...2 { try await process(Array(repeating: opened, count: 23) + Array(repeating: delivered, count: 23)) }
        #expect(try await metrics(fixture, "delivered") == 1)
        #expect(try await client.query("SELECT 1 FROM email_events WHERE type = 'opened'").count == 1)
        #expect(try await count("event_inbox") == 0)
    }

    @Test("an address that is gone is suppressed; a mail at fault suppresses nobody")
    func bounces() async throws {
        let (fixture, messages) = try await campaign()
        let failures = [("550 5.1.1 no such user", 0), ("554 5.7.1 blocked by spamhaus", 1), ("552 5.2.2 over quota", 2)]
        try await process(
            failures.map { output, index in
                postal("MessageDeliveryFailed", reference(messages[index], fixture), more: #","details":"x","output":"\#(output)""#)
            }
        )
        #expect(try await metrics(fixture, "bounced") == 3)
        let suppressed = try await client.query("SELECT reason FROM suppressions")
        #expect(try suppressed.map { try $0.get("reason") as String } == ["bounce"])
        #expect(try await client.query("SELECT 1 FROM contacts WHERE status = 'bounced'").count == 1)
    }

    @Test("what the provider's own list stopped is no new bounce, and the address is suppressed here, too")
    func suppressedThere() async throws {
        let (fixture, messages) = try await campaign()
        let event = """
            {"event-data":{"event":"failed","id":"e1","timestamp":\(time.now.timeIntervalSince1970),"severity":"permanent",
             "reason":"suppress-bounce","delivery-status":{"code":605},"user-variables":{"comm_ref":"\(reference(messages[0], fixture))"}}}
            """
        try await process([event], source: MailgunSource.name)
        #expect(try await metrics(fixture, "bounced") == 0)
        #expect(try await metrics(fixture, "rejected") == 1)
        #expect(try await count("suppressions") == 1)
    }

    @Test("a report on a message of unknown outcome settles it, once; nothing is sent again")
    func reconciled() async throws {
        let (fixture, messages) = try await campaign { _ in .unknown(reason: "the answer was lost") }
        #expect(try await metrics(fixture, "unknown") == 3)
        try await process([
            postal("MessageSent", reference(messages[0], fixture)), postal("MessageLoaded", reference(messages[0], fixture)),
            postal("MessageDelayed", reference(messages[1], fixture)),
        ])
        try await process([postal("MessageSent", reference(messages[1], fixture))])
        #expect(try await metrics(fixture, "unknown") == 1)
        #expect(try await metrics(fixture, "sent") == 2)
        let outcomes = try await client.query("SELECT outcome, reason FROM delivery_events ORDER BY id")
        #expect(try outcomes.map { try $0.get("outcome") as String } == ["sent", "sent", "unknown"])
        #expect(try outcomes[0].get("reason") as String? == nil)
    }

    @Test("reports that are about no message of ours are kept for a month, without addresses")
    func kept() async throws {
        try await process([
            #"{"event":"DomainDNSError","timestamp":1,"uuid":"u","payload":{"domain":"x.test","spf_error":"ask admin@x.test"}}"#,
            postal("MessageSent", "somebody-else"),
        ])
        let rows = try await client.query("SELECT type, payload::text AS payload FROM provider_reports ORDER BY type")
        #expect(try rows.map { try $0.get("type") as String } == ["DomainDNSError", "delivered of a message that is not ours"])
        for row in rows { #expect(try !(row.get("payload") as String).contains("@")) }
        #expect(try await count("event_inbox") == 0)

        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        time.advance(by: KeptReportRepository.lifetime - 1)
        try await processor.deleteExpiredReports()
        #expect(try await count("provider_reports") == 2)
        time.advance(by: 2)
        try await processor.deleteExpiredReports()
        #expect(try await count("provider_reports") == 0)
    }

    @Test("another tenant's message is not found by whoever names it")
    func otherTenant() async throws {
        let (fixture, messages) = try await campaign()
        let other = try await CampaignFixture.make(on: client, contacts: 1, now: time.now)
        let forged = MessageReference(tenantID: other.tenantID, campaignID: other.campaignID, messageID: messages[0]).text
        try await process([postal("MessageSent", forged)])
        #expect(try await count("email_events") == 0)
        #expect(try await metrics(fixture, "delivered") == 0)
    }

    // MARK: Subscriptions of SNS

    private static let topic = "arn:aws:sns:eu-west-1:123456789012:ses-events"
    private static let address = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=\(topic)&Token=t1"

    private func subscriber(
        topics: Set<String> = [topic],
        fetch: @escaping @Sendable (String) async throws -> [UInt8]
    ) -> SNSSubscriber {
        SNSSubscriber(client: TestDatabase.current.client(role: "comm_worker"), topics: topics, time: time, logger: .silent, fetch: fetch)
    }

    private func ask(_ url: String = address, topic: String = topic) async throws {
        try await process([SNSConfirmationRequest(topic: topic, subscribeURL: url).json()], source: SNSConfirmationRequest.source)
    }

    @Test("a subscription is confirmed once, with pauses after failures; its token is not kept")
    func subscription() async throws {
        let asked = Mutex<[String]>([])
        let isAway = Mutex(true)
        let subscriber = subscriber { address in
            asked.withLock { $0.append(address) }
            if isAway.withLock({ $0 }) { throw PublicDocumentError(status: 503) }
            return []
        }
        try await ask()
        #expect(try await !subscriber.round())
        _ = try await subscriber.round()
        #expect(asked.withLock { $0.count } == 1)
        isAway.withLock { $0 = false }
        time.advance(by: 60)
        _ = try await subscriber.round()
        time.advance(by: 3600)
        _ = try await subscriber.round()
        #expect(asked.withLock { $0 } == [Self.address, Self.address])
        let rows = try await client.query("SELECT subscribe_url, confirmed_at IS NOT NULL AS done FROM sns_subscriptions")
        let row = try #require(rows.first)
        #expect(try row.get("subscribe_url") == "" && row.get("done") == true)
        try await ask()
        _ = try await subscriber.round()
        #expect(asked.withLock { $0.count } == 3)
    }

    @Test("nothing is visited that the settings do not name or that is not SNS")
    func foreignSubscription() async throws {
        let asked = Mutex<[String]>([])
        let fetch: @Sendable (String) async throws -> [UInt8] = { address in
            asked.withLock { $0.append(address) }
            return []
        }
        try await ask()
        _ = try await subscriber(topics: [], fetch: fetch).round()
        try await ask("https://evil.test/?Action=ConfirmSubscription&TopicArn=\(Self.topic)&Token=t1")
        _ = try await subscriber(fetch: fetch).round()
        #expect(asked.withLock { $0.isEmpty })
        #expect(try await client.query("SELECT 1 FROM sns_subscriptions WHERE confirmed_at IS NULL AND last_error IS NOT NULL").count == 1)
    }
}
