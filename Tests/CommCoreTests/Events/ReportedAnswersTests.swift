import CommTesting
import Foundation
import Logging
import Postgres
import Redis
import Testing

@testable import CommCore

@Suite("Answers that are reported slow gateways down", .database, .redis)
struct ReportedAnswersTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))
    private let client = TestDatabase.current.client

    private static let rate = "421 4.7.28 Our system has detected an unusual rate of unsolicited mail"

    /// Messages that left by a gateway, to these recipients.
    private func messages(_ recipients: [String], by gateway: String, channel: Channel = .email) async throws -> [String] {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: recipients.count, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        let rows = try await client.query("SELECT id FROM delivery_events WHERE campaign_id = \(fixture.campaignID) ORDER BY id")
        let ids = try rows.map { try $0.get("id") as UUID }
        try await client.execute(
            """
            UPDATE delivery_events d SET gateway = \(gateway), channel = \(channel.rawValue), recipient = r.recipient
            FROM (SELECT unnest(\(ids)::uuid[]) AS id, unnest(\(recipients)::text[]) AS recipient) r WHERE d.id = r.id
            """
        )
        return ids.map { MessageReference(tenantID: fixture.tenantID, campaignID: fixture.campaignID, messageID: $0).text }
    }

    private func process(_ payloads: [String], source: String) async throws {
        let rows = payloads.map { InboxRepository.NewRow(id: UUIDv7.make(at: time.now), source: source, payload: $0, receivedAt: time.now) }
        try await InboxRepository.insert(rows, on: client)
        let worker = TestDatabase.current.client(role: "comm_worker")
        let redis = try TestRedis.current
        let processor = InboxProcessor(
            client: worker,
            throttle: RedisThrottle(client: worker, redis: redis.client, prefix: redis.prefix, logger: .silent),
            time: time,
            logger: .silent
        )
        while try await processor.processBatch() > 0 {}
    }

    private func adjusted() async throws -> [String] {
        try await RateAdjustmentRepository(client: client).list(now: time.now).map { "\($0.gateway)/\($0.group): \($0.rule)" }.sorted()
    }

    private func mailgun(_ reference: String, id: String, text: String = rate, at moment: Date? = nil, reason: String = "generic") -> String
    {
        """
        {"event-data":{"event":"failed","id":"\(id)","timestamp":\((moment ?? time.now).timeIntervalSince1970),"severity":"temporary",
         "reason":"\(reason)","delivery-status":{"code":421,"message":"\(text)"},"user-variables":{"comm_ref":"\(reference)"}}}
        """
    }

    @Test("the same report 46 times is one answer; three of them fire the rule, for the gateway and the group that it is about")
    func once() async throws {
        let names = try await messages(["a@gmail.com", "b@gmail.com", "c@gmail.com"], by: "mailgun")
        for _ in 0..<2 { try await process((0..<23).map { _ in mailgun(names[0], id: "e0") }, source: MailgunSource.name) }
        try await process([mailgun(names[1], id: "e1")], source: MailgunSource.name)
        #expect(try await adjusted().isEmpty)
        try await process([mailgun(names[2], id: "e2")], source: MailgunSource.name)
        #expect(try await adjusted() == ["mailgun/google: Gmail: unusual rate"])
    }

    @Test("what happened long ago, went well, or says nothing of a rate changes nothing")
    func irrelevant() async throws {
        let names = try await messages((0..<6).map { "p\($0)@gmail.com" }, by: "mailgun")
        let past = time.now.addingTimeInterval(-ReportedAnswers.freshness)
        try await process(names.enumerated().map { mailgun($1, id: "old\($0)", at: past) }, source: MailgunSource.name)
        try await process(
            names.enumerated().map { mailgun($1, id: "full\($0)", text: "452 4.2.2 mailbox full") },
            source: MailgunSource.name
        )
        let delivered = names.map { name in
            #"{"event-data":{"event":"delivered","id":"\#(name)","delivery-status":{"message":"250 rate limit"},"user-variables":{"comm_ref":"\#(name)"}}}"#
        }
        try await process(delivered, source: MailgunSource.name)
        let erased = try await messages((0..<6).map { "erased-\($0)" }, by: "mailgun")
        try await process(erased.enumerated().map { mailgun($1, id: "erased\($0)") }, source: MailgunSource.name)
        #expect(try await adjusted().isEmpty)
    }

    @Test("Postal, SES, Twilio and the platform are heard as well, each by its own words and for what the message left by")
    func providers() async throws {
        let now = time.now
        let postal = try await messages((0..<3).map { "p\($0)@outlook.com" }, by: "postal")
        try await process(
            postal.map { name in
                """
                {"event":"MessageDeliveryFailed","timestamp":\(now.timeIntervalSince1970),"uuid":"\(UUID())",
                 "payload":{"message":{"tag":"\(name)"},"details":"x","output":"550 5.7.1 ... part of their network is on our block list (S3150)"}}
                """
            },
            source: PostalSource.name
        )
        #expect(try await client.query("SELECT 1 FROM suppressions").isEmpty)
        let ses = try await messages((0..<5).map { "s\($0)@yahoo.com" }, by: "ses")
        try await process(
            try ses.map { name in
                let message = """
                    {"eventType":"DeliveryDelay","mail":{"timestamp":"\(ISO8601.string(from: now))","tags":{"comm_ref":["\(name)"]}},
                     "deliveryDelay":{"timestamp":"\(ISO8601.string(from: now))","delayType":"IPFailure","delayedRecipients":[{"status":"4.0.0"}]}}
                    """
                return try SESSource.Delivery(id: name, message: message).json()
            },
            source: SESSource.name
        )
        let twilio = try await messages((0..<5).map { "+4915112345\($0)" }, by: "twilio", channel: .sms)
        try await process(
            twilio.map { #"{"MessageSid":"SM\#($0)","MessageStatus":"undelivered","ErrorCode":"30001","Reference":"\#($0)"}"# },
            source: TwilioSource.name
        )
        let platform = try await messages((0..<3).map { "m\($0)@gmail.com" }, by: "motorical")
        try await process(
            platform.compactMap { MessageReference($0) }.map { reference in
                """
                {"type":"email.deferred","tenant_id":"\(reference.tenantID)","message_id":"\(reference.messageID)",
                 "occurred_at":"\(ISO8601.string(from: now))","smtp_code":421,"reason":"4.7.28 unusual rate of unsolicited mail"}
                """
            },
            source: MotoricalSource.webhook
        )
        #expect(
            try await adjusted() == [
                "motorical/google: Gmail: unusual rate", "postal/microsoft: Microsoft: block list",
                "ses/yahoo: SES: the receiver slows down its addresses", "twilio/: Twilio: faster than it can send",
            ]
        )
    }

    @Test("a notice that came back by mail counts for the server by which the message left")
    func mailbox() async throws {
        let names = try await messages((0..<3).map { "p\($0)@gmail.com" }, by: "smtp").compactMap { MessageReference($0) }
        let reports = names.enumerated().map { index, reference in
            """
            {"type":"deferred","messageID":"\(reference.messageID)","firstTenant":"\(reference.tenantID)","lastTenant":"\(reference.tenantID)",
             "isProven":true,"recipientMarks":[],"format":"dsn","smtpCode":421,"enhancedCode":"4.7.28","diagnostic":"smtp; unusual rate of mail",
             "occurredAt":\(time.now.timeIntervalSince1970 * 1000),"fingerprint":"f\(index)"}
            """
        }
        for _ in 0..<2 { try await process([reports[0], reports[1]], source: BounceMailSource.name) }
        #expect(try await adjusted().isEmpty)
        try await process([reports[2]], source: BounceMailSource.name)
        #expect(try await adjusted() == ["smtp/google: Gmail: unusual rate"])
    }
}
