import Foundation
import Testing

@testable import CommCore

@Suite("Reports of Postal, SES and Mailgun")
struct ProviderSourcesTests {
    private let received = Date(timeIntervalSince1970: 1_767_312_000)
    private let reference = MessageReference(
        tenantID: UUID(),
        campaignID: UUID(),
        messageID: UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_000))
    )

    private func fact(_ reading: ProviderReading) throws -> ReportedFact {
        #expect(reading.facts.count == 1 && reading.keptAs == nil)
        return try #require(reading.facts.first)
    }

    private func details(_ fact: ReportedFact) throws -> [String: String] {
        let object = try JSONSerialization.jsonObject(with: Data(fact.payload.utf8)) as? [String: Any] ?? [:]
        return object.mapValues { "\($0)" }
    }

    // MARK: Postal

    private func postal(_ event: String, _ more: String = "", inner: String = "message") throws -> ProviderReading {
        try PostalSource.read(
            """
            {"event":"\(event)","timestamp":1767225600.5,"uuid":"7f6c0f2e-0d0a-4f7e-8a53-5c1f3a9b7e11",
             "payload":{"\(inner)":{"id":7,"token":"t","direction":"outgoing","tag":"\(reference.text)","to":"ada@example.net"}\(more)}}
            """,
            receivedAt: received
        )
    }

    @Test("Postal's events become facts about our message")
    func postalTypes() throws {
        for (event, type) in [
            ("MessageSent", EventType.delivered), ("MessageDelayed", .deferred), ("MessageLinkClicked", .clicked),
            ("MessageLoaded", .opened),
        ] {
            let told = try fact(postal(event))
            #expect(told.type == type && told.tenantID == reference.tenantID && told.campaignID == reference.campaignID)
            #expect(told.messageID == reference.messageID && told.source == "postal" && told.bounceKind == nil)
            #expect(told.occurredAt == Date(timeIntervalSince1970: 1_767_225_600.5))
        }
        let visit = #","url":"https://example.org/offer","ip_address":"192.0.2.7","user_agent":"UA/1""#
        let click = try fact(postal("MessageLinkClicked", visit))
        #expect(try details(click)["url"] == "https://example.org/offer" && details(click)["userAgent"] == "UA/1")
        let bounced = try fact(postal("MessageBounced", inner: "original_message"))
        #expect(bounced.type == .bounced && bounced.bounceKind == .soft)
    }

    @Test(
        "a failure is classified by what the recipient's server said",
        arguments: [
            ("550 5.1.1 no such user ada@example.net", BounceKind.hard, "hard"), ("554 5.7.1 blocked by spamhaus", .soft, "block"),
            ("552 5.2.2 over quota", .soft, "full"), ("451 4.3.0 later", .soft, "expired"), ("421 4.7.28 unusual rate", .soft, "block"),
        ]
    )
    func postalFailures(output: String, kind: BounceKind, word: String) throws {
        let told = try fact(postal("MessageDeliveryFailed", #","status":"HardFail","details":"x","output":"\#(output)""#))
        #expect(told.type == .bounced && told.bounceKind == kind)
        #expect(try details(told)["bounce_class"] == word)
        #expect(!told.payload.contains("ada@example.net"))
    }

    @Test("held mail waits, unless Postal's own list stopped it")
    func postalHeld() throws {
        #expect(try fact(postal("MessageHeld", #","details":"Send limit reached","output":"""#)).type == .deferred)
        let listed = try fact(postal("MessageHeld", #","details":"Recipient is on the suppression list (reason: x)","output":"""#))
        #expect(listed.type == .blocked && listed.bounceKind == nil)
    }

    // MARK: SES

    private func ses(_ type: String, _ object: String, tags: Bool = true, word: String = "eventType") throws -> ProviderReading {
        let feedback = "\(reference.tenantID):\(reference.campaignID?.uuidString ?? ""):campaign:Motorical"
        let naming =
            tags
            ? #""tags":{"comm_ref":["\#(reference.text)"]}"#
            : #""headers":[{"name":"Feedback-ID","value":"\#(feedback)"},{"name":"Message-ID","value":"<\#(reference.messageID)@shop.test>"}]"#
        let mail = #"{"timestamp":"2026-01-01T00:00:00.000Z","messageId":"0100018f-aa","destination":["ada@example.net"],\#(naming)}"#
        let message = #"{"\#(word)":"\#(type)","mail":\#(mail)\#(object.isEmpty ? "" : ",")\#(object)}"#
        return try SESSource.read(try SESSource.Delivery(id: "sns-1", message: message).json(), receivedAt: received)
    }

    @Test("events of SES become facts about our message, by tag or by our own header fields")
    func sesTypes() throws {
        for (word, object, type) in [
            ("Send", #""send":{}"#, EventType.sent),
            ("Delivery", #""delivery":{"timestamp":"2026-01-01T00:00:02.000Z","smtpResponse":"250 ok"}"#, .delivered),
            ("DeliveryDelay", #""deliveryDelay":{"timestamp":"2026-01-01T00:00:02.000Z","delayType":"MailboxFull"}"#, .deferred),
            ("Reject", #""reject":{"reason":"Bad content"}"#, .failed),
            ("Rendering Failure", #""failure":{"errorMessage":"x"}"#, .failed),
            ("Open", #""open":{"timestamp":"2026-01-01T00:00:02.000Z","userAgent":"UA","ipAddress":"192.0.2.1"}"#, .opened),
            ("Click", #""click":{"timestamp":"2026-01-01T00:00:02.000Z","link":"https://x.test/"}"#, .clicked),
            ("Complaint", #""complaint":{"timestamp":"2026-01-01T00:00:02.000Z","complaintFeedbackType":"abuse"}"#, .complained),
            ("Subscription", #""subscription":{"newTopicPreferences":{"unsubscribeAll":true}}"#, .unsubscribed),
        ] {
            for isTagged in [true, false] {
                let told = try fact(ses(word, object, tags: isTagged))
                #expect(told.type == type && told.messageID == reference.messageID && told.tenantID == reference.tenantID, "\(word)")
                #expect(told.campaignID == reference.campaignID && told.source == "ses")
            }
        }
        let delivery = #""delivery":{"timestamp":"2026-01-01T00:00:02.000Z"}"#
        let older = try fact(ses("Delivery", delivery, tags: false, word: "notificationType"))
        #expect(older.type == .delivered && older.occurredAt == Date(timeIntervalSince1970: 1_767_225_602))
    }

    @Test(
        "bounces of SES are sorted by whose fault they are",
        arguments: [
            ("Permanent", "NoEmail", EventType.bounced, BounceKind.hard, "hard"), ("Permanent", "General", .bounced, .hard, "hard"),
            ("Permanent", "Suppressed", .blocked, .hard, nil), ("Permanent", "OnAccountSuppressionList", .blocked, .hard, nil),
            ("Permanent", "UnsubscribedRecipient", .unsubscribed, nil, nil), ("Transient", "General", .bounced, .soft, "soft"),
            ("Transient", "MailboxFull", .bounced, .soft, "full"), ("Transient", "ContentRejected", .bounced, .soft, "content"),
            ("Transient", "CustomTimeoutExceeded", .bounced, .soft, "expired"),
            ("Undetermined", "Undetermined", .bounced, .soft, "unknown"),
        ] as [(String, String, EventType, BounceKind?, String?)]
    )
    func sesBounces(type: String, subtype: String, event: EventType, kind: BounceKind?, word: String?) throws {
        let bounce = #""bounce":{"bounceType":"\#(type)","bounceSubType":"\#(subtype)","timestamp":"2026-01-01T00:00:02.000Z"}"#
        let told = try fact(ses("Bounce", bounce))
        #expect(told.type == event && told.bounceKind == kind)
        #expect(try details(told)["bounce_class"] == word)
    }

    @Test(
        "a permanent bounce that blames the mail or the sender suppresses nobody",
        arguments: [
            ("5.7.1", "550 5.7.1 listed at spamhaus", "block"), ("5.7.26", "550 5.7.26 unauthenticated", "policy"),
            ("5.3.4", "552 5.3.4 too large", "content"), ("5.1.8", "553 5.1.8 sender domain not found", "config"),
            ("5.7.1", "550 5.7.1 sender address rejected: user unknown", "config"),
        ]
    )
    func sesPolicy(status: String, text: String, word: String) throws {
        let recipient = #"{"emailAddress":"ada@example.net","status":"\#(status)","diagnosticCode":"smtp; \#(text)"}"#
        let bounce = #""bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[\#(recipient)]}"#
        let told = try fact(ses("Bounce", bounce))
        #expect(told.bounceKind == .soft)
        #expect(try details(told)["bounce_class"] == word)
    }

    @Test("praise, unknown types and strangers' messages are kept; the greeting of SNS is nothing")
    func sesKept() throws {
        #expect(try ses("Complaint", #""complaint":{"complaintFeedbackType":"not-spam"}"#).keptAs == "Complaint")
        #expect(try ses("Teleport", "").keptAs == "Teleport")
        let stranger = #"{"eventType":"Delivery","mail":{"messageId":"x"},"delivery":{}}"#
        let reading = try SESSource.read(try SESSource.Delivery(id: "1", message: stranger).json(), receivedAt: received)
        #expect(reading.facts.isEmpty && reading.keptAs != nil)
        let greeting = "Successfully validated SNS topic for Amazon SES event publishing."
        let nothing = try SESSource.read(try SESSource.Delivery(id: "1", message: greeting).json(), receivedAt: received)
        #expect(nothing.facts.isEmpty && nothing.keptAs == nil)
    }

    // MARK: Mailgun

    private func mailgun(_ event: String, _ more: String = "") throws -> ProviderReading {
        try MailgunSource.read(
            """
            {"signature":{"timestamp":"1767225600","token":"t","signature":"s"},
             "event-data":{"event":"\(event)","id":"Ex4mpleId0000000000000","timestamp":1767225600.12,"recipient":"ada@example.net",
              "user-variables":{"comm_ref":"\(reference.text)","n":5}\(more)}}
            """,
            receivedAt: received
        )
    }

    @Test("Mailgun's events become facts about our message")
    func mailgunTypes() throws {
        for (event, type) in [
            ("accepted", EventType.sent), ("delivered", .delivered), ("opened", .opened), ("clicked", .clicked),
            ("unsubscribed", .unsubscribed), ("complained", .complained),
        ] {
            let told = try fact(mailgun(event))
            #expect(told.type == type && told.messageID == reference.messageID && told.campaignID == reference.campaignID, "\(event)")
        }
        let opened = try fact(mailgun("opened", #","ip":"192.0.2.1","client-info":{"user-agent":"UA","bot":"apple"}"#))
        #expect(try details(opened)["bot"] == "apple")
        #expect(try mailgun("list_member_uploaded").keptAs == "list_member_uploaded")
    }

    @Test(
        "failures of Mailgun are sorted by whose fault they are",
        arguments: [
            (#""severity":"temporary","reason":"generic","delivery-status":{"code":451}"#, EventType.deferred, nil, nil),
            (
                #""severity":"permanent","reason":"bounce","delivery-status":{"code":550,"enhanced-code":"5.1.1","message":"5.1.1 no such user"}"#,
                .bounced, .hard, "hard"
            ),
            (#""severity":"permanent","reason":"old","delivery-status":{"code":602,"message":"Too old"}"#, .bounced, .soft, "expired"),
            (
                #""severity":"permanent","reason":"old","delivery-status":{"code":421,"message":"4.7.28 unusual rate"}"#, .bounced, .soft,
                "block"
            ),
            (#""severity":"permanent","reason":"espblock","delivery-status":{"code":550}"#, .bounced, .soft, "block"),
            (#""severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605}"#, .blocked, .hard, nil),
            (#""severity":"permanent","reason":"suppress-complaint","delivery-status":{"code":607}"#, .blocked, .hard, nil),
            (#""severity":"permanent","reason":"suppress-unsubscribe","delivery-status":{"code":606}"#, .unsubscribed, nil, nil),
            (
                #""severity":"permanent","reason":"generic","flags":{"is-delayed-bounce":true},"delivery-status":{"bounce-code":"5.1.1"}"#,
                .bounced, .hard, "hard"
            ),
        ] as [(String, EventType, BounceKind?, String?)]
    )
    func mailgunFailures(more: String, type: EventType, kind: BounceKind?, word: String?) throws {
        let told = try fact(mailgun("failed", "," + more))
        #expect(told.type == type && told.bounceKind == kind, "\(more)")
        #expect(try details(told)["bounce_class"] == word)
    }

    // MARK: All

    @Test("the same report has the same identity however often it comes, and another one has another")
    func identity() throws {
        let owner = MessageOwner(tenantID: reference.tenantID, campaignID: nil, contactID: nil, messageID: reference.messageID)
        func id(_ reading: ProviderReading) throws -> UUID { try fact(reading).event(of: owner).id }
        let open = #""open":{"timestamp":"2026-01-01T00:00:02.000Z"}"#
        #expect(try id(postal("MessageLoaded")) == id(postal("MessageLoaded")))
        #expect(try id(mailgun("opened")) == id(mailgun("opened")))
        #expect(try id(ses("Open", open)) == id(ses("Open", open)))
        #expect(try id(ses("Open", open)) != id(ses("Open", open.replacing("02.000Z", with: "02.001Z"))))
        // A delivery happens once, whoever tells it.
        #expect(try id(postal("MessageSent")) == id(mailgun("delivered")))
    }

    @Test("what is no report is refused", arguments: ["", "[]", "{}", "nonsense", #"{"event":5}"#, #"{"event-data":{}}"#])
    func unreadable(payload: String) {
        #expect(throws: UnreadableReport.self) { try PostalSource.read(payload, receivedAt: received) }
        #expect(throws: UnreadableReport.self) { try SESSource.read(payload, receivedAt: received) }
        #expect(throws: UnreadableReport.self) { try MailgunSource.read(payload, receivedAt: received) }
    }
}
