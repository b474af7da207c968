import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("What is reported of text messages, pushes and mails to nobody's contact", .database)
struct ChannelEventsTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client
    private static let number = "+14155550123"
    private static let token = "dGVzdA:APA91b-registration-of-a-device"

    private func process(_ payloads: [String], source: String) async throws {
        let rows = payloads.map { InboxRepository.NewRow(id: UUIDv7.make(at: time.now), source: source, payload: $0, receivedAt: time.now) }
        try await InboxRepository.insert(rows, on: client)
        try await processInbox()
    }

    private func processInbox() async throws {
        let processor = InboxProcessor(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent)
        while try await processor.processBatch() > 0 {}
    }

    /// A report of Twilio's as its webhook stores it.
    private func twilio(_ form: String, _ reference: String? = nil) throws -> String {
        let fields = try #require(FormText.decode(Array(form.utf8)))
        return try #require(TwilioSource.payload(of: fields, reference: reference))
    }

    private func firebase(_ body: String, id: String = "msg_1") throws -> String {
        try #require(FirebaseSource.payload(of: Array(body.utf8), id: id))
    }

    private func key(_ text: String, _ channel: Channel) throws -> String {
        try #require(ChannelAddress(text, channel: channel)).key
    }

    private func events(_ fixture: RequestFixture) async throws -> [String] {
        try await client.query("SELECT type FROM email_events WHERE tenant_id = \(fixture.tenantID) ORDER BY type").map {
            try $0.get("type")
        }
    }

    @Test func `a number that is gone is suppressed for text messages, and for nothing else`() async throws {
        let fixture = try await RequestFixture(time: time)
        let other = try await RequestFixture(time: time)
        let ids = try await fixture.sent([Self.number], channel: .sms)
        _ = try await other.sent([Self.number], channel: .sms)
        try await process(
            [twilio("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005", fixture.reference(ids[0]))],
            source: TwilioSource.name
        )
        #expect(try await fixture.suppressions() == ["\(Self.number) bounce"])
        #expect(try await other.suppressions().isEmpty)
        let list = SuppressionListRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
        let page = try await list.page(tenantID: fixture.tenantID, filter: SuppressionFilter(channel: .sms))
        #expect(page.suppressions.map(\.address) == [Self.number] && page.suppressions.first?.email == nil)
        #expect(page.suppressions.first?.channel == .sms && page.suppressions.first?.eventID != nil)
        #expect(try await list.page(tenantID: fixture.tenantID, filter: SuppressionFilter(channel: .email)).total == 0)
    }

    @Test func `the same report of Twilio's 46 times counts once`() async throws {
        let fixture = try await RequestFixture(time: time)
        let ids = try await fixture.sent([Self.number], channel: .sms)
        let delivered = try twilio("MessageSid=SM1&MessageStatus=delivered", fixture.reference(ids[0]))
        for _ in 1...2 { try await process(Array(repeating: delivered, count: 23), source: TwilioSource.name) }
        #expect(try await events(fixture) == ["delivered"])
    }

    @Test func `STOP suppresses the number for everybody who has sent there, START lifts that and no more`() async throws {
        let fixture = try await RequestFixture(time: time)
        let other = try await RequestFixture(time: time)
        let stranger = try await RequestFixture(time: time)
        _ = try await fixture.sent([Self.number, "+14155550124"], channel: .sms)
        _ = try await other.sent([Self.number], channel: .sms)
        _ = try await stranger.sent(["+14155550199"], channel: .sms)
        let stop = try twilio("MessageSid=SM1&From=%2B14155550123&Body=Stop")
        try await process(Array(repeating: stop, count: 46), source: TwilioSource.name)
        #expect(try await fixture.suppressions() == ["\(Self.number) unsubscribe"])
        #expect(try await other.suppressions() == ["\(Self.number) unsubscribe"])
        #expect(try await stranger.suppressions().isEmpty)
        #expect(try await events(fixture) == ["unsubscribed"])
        _ = try await SuppressionRepository(client: client, time: time)
            .add(tenantID: other.tenantID, draft: SuppressionDraft(address: "+14155550124", channel: "sms"))
        time.advance(by: 60)
        try await process([try twilio("MessageSid=SM2&From=%2B14155550123&Body=START")], source: TwilioSource.name)
        #expect(try await fixture.suppressions().isEmpty)
        #expect(try await other.suppressions() == ["+14155550124 manual"])
    }

    @Test func `the last word counts, whatever comes in one batch`() async throws {
        let fixture = try await RequestFixture(time: time)
        _ = try await fixture.sent([Self.number], channel: .sms)
        let early = InboxRepository.NewRow(
            id: UUIDv7.make(at: time.now),
            source: TwilioSource.name,
            payload: try twilio("MessageSid=SM1&From=%2B14155550123&Body=START"),
            receivedAt: time.now
        )
        time.advance(by: 1)
        let late = InboxRepository.NewRow(
            id: UUIDv7.make(at: time.now),
            source: TwilioSource.name,
            payload: try twilio("MessageSid=SM2&From=%2B14155550123&Body=STOP"),
            receivedAt: time.now
        )
        try await InboxRepository.insert([late, early], on: client)
        try await processInbox()
        #expect(try await fixture.suppressions() == ["\(Self.number) unsubscribe"])
    }

    @Test func `an answer of a stranger, HELP and texts are kept without number and text`() async throws {
        try await process(
            [
                try twilio("MessageSid=SM1&From=%2B14155550123&Body=STOP"), try twilio("MessageSid=SM2&From=%2B14155550123&Body=HELP"),
                try twilio("MessageSid=SM3&From=%2B14155550123&Body=hello"),
            ],
            source: TwilioSource.name
        )
        let rows = try await client.query("SELECT type, payload::text AS payload FROM provider_reports ORDER BY type")
        #expect(try rows.map { try $0.get("type") as String } == ["answer: help", "answer: text", "unsubscribed of a stranger"])
        for row in rows { #expect(try !(row.get("payload") as String).contains("4155550123")) }
    }

    @Test func `a number that fails again and again rests, and longer the next time`() async throws {
        let fixture = try await RequestFixture(time: time)
        func fail() async throws {
            time.advance(by: 60)
            let ids = try await fixture.sent([Self.number], channel: .sms)
            let report = try twilio("MessageSid=SM\(ids[0])&MessageStatus=undelivered&ErrorCode=30003", fixture.reference(ids[0]))
            try await process([report], source: TwilioSource.name)
        }
        func days() async throws -> Int? {
            let end: Date? = try await client.query("SELECT expires_at FROM suppressions").first?.get("expires_at")
            return end.map { Int(($0.timeIntervalSince(time.now) / 86_400).rounded()) }
        }
        for _ in 1...2 { try await fail() }
        #expect(try await fixture.suppressions().isEmpty)
        // What arrives in between forgives.
        let ids = try await fixture.sent([Self.number], channel: .sms)
        try await process([try twilio("MessageSid=SM9&MessageStatus=delivered", fixture.reference(ids[0]))], source: TwilioSource.name)
        for _ in 1...2 { try await fail() }
        #expect(try await fixture.suppressions().isEmpty)
        try await fail()
        #expect(try await fixture.suppressions() == ["\(Self.number) soft_bounce"])
        #expect(try await days() == BounceRules.standard.restDays)
        for _ in 1...3 { try await fail() }
        #expect(try await days() == BounceRules.standard.restDays * BounceRules.standard.escalation)
    }

    @Test func `a mail to nobody's contact suppresses its recipient; a test suppresses nobody`() async throws {
        let fixture = try await RequestFixture(time: time)
        let ids = try await fixture.sent(["Ann@Ex.test", "bob@ex.test"], channel: .email, gateway: "mailgun")
        let tests = try await fixture.sent(["tester@ex.test"], channel: .email, gateway: "mailgun", isTest: true)
        func failed(_ id: UUID, _ event: String) -> String {
            """
            {"event-data":{"event":"\(event)","id":"e\(id)","timestamp":\(time.now.timeIntervalSince1970),"severity":"permanent",
             "delivery-status":{"code":550,"enhanced-code":"5.1.1","message":"no such user"},
             "user-variables":{"comm_ref":"\(fixture.reference(id))"}}}
            """
        }
        try await process([failed(ids[0], "failed"), failed(ids[1], "complained"), failed(tests[0], "failed")], source: MailgunSource.name)
        #expect(try await fixture.suppressions() == ["ann@ex.test bounce", "bob@ex.test complaint"])
    }

    @Test func `what a text message to a contact meets is not what is known of its mail`() async throws {
        let campaign = try await CampaignFixture.make(on: client, contacts: 1, now: time.now, status: "draft")
        let fixture = try await RequestFixture(time: time, tenantID: campaign.tenantID)
        let ids = try await fixture.sent([Self.number, "+14155550124"], channel: .sms)
        try await client.execute("UPDATE delivery_events SET contact_id = (SELECT id FROM contacts LIMIT 1)")
        try await process(
            [
                try twilio("MessageSid=SM1&MessageStatus=delivered", fixture.reference(ids[0])),
                try twilio("MessageSid=SM2&MessageStatus=failed&ErrorCode=30006", fixture.reference(ids[1])),
            ],
            source: TwilioSource.name
        )
        let contact = try #require(try await client.query("SELECT status, delivered_count, last_delivered_at FROM contacts").first)
        #expect(try contact.get("status") == "active" && contact.get("delivered_count") == 0)
        #expect(try contact.get("last_delivered_at") as Date? == nil)
        #expect(try await fixture.suppressions() == ["+14155550124 bounce"])
    }

    // MARK: Pushes

    @Test func `an app reports what arrived and was opened, by either name of the push`() async throws {
        let fixture = try await RequestFixture(time: time)
        let ids = try await fixture.sent([Self.token, Self.token], channel: .push, gateway: "fcm")
        try await process(
            [
                try firebase(#"{"type":"push.received","ref":"\#(fixture.reference(ids[0]))"}"#, id: "a"),
                try firebase(#"{"type":"push.received","message_id":"\#(ids[1].uuidString.lowercased())"}"#, id: "b"),
                try firebase(#"{"type":"push.opened","message_id":"\#(ids[1].uuidString.lowercased())"}"#, id: "c"),
                try firebase(#"{"type":"push.opened","message_id":"\#(ids[1].uuidString.lowercased())"}"#, id: "c"),
                try firebase(#"{"type":"push.dismissed","message_id":"\#(ids[1].uuidString.lowercased())"}"#, id: "d"),
                try firebase(#"{"type":"push.received","message_id":"nonsense"}"#, id: "e"),
            ],
            source: FirebaseSource.name
        )
        #expect(try await events(fixture) == ["delivered", "delivered", "opened"])
        let kept = try await client.query("SELECT type FROM provider_reports ORDER BY type")
        #expect(try kept.map { try $0.get("type") as String } == ["delivered of a message that is not ours", "push.dismissed"])
    }

    @Test func `a registration that is gone is suppressed by its hash, and stands nowhere in full`() async throws {
        let fixture = try await RequestFixture(time: time)
        _ = try await fixture.sent([Self.token], channel: .push, gateway: "fcm")
        try await process(
            [
                try firebase(#"{"type":"token.removed","token":"\#(Self.token)"}"#, id: "a"),
                try firebase(#"{"type":"token.refreshed","token":"another:APA91b-registration-of-a-device"}"#, id: "b"),
            ],
            source: FirebaseSource.name
        )
        #expect(try await fixture.suppressions() == ["\(try key(Self.token, .push)) unsubscribe"])
        let stored =
            try await client.query(
                """
                SELECT (SELECT string_agg(s::text, '') FROM suppressions s) || coalesce((SELECT string_agg(r::text, '') FROM provider_reports r), '')
                    || coalesce((SELECT string_agg(h::text, '') FROM suppression_history h), '') || (SELECT string_agg(e::text, '') FROM email_events e)
                    AS everything
                """
            ).first?.get("everything") as String?
        #expect(stored?.contains("APA91b-registration") == false)
    }
}
