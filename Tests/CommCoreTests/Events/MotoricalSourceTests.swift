import Foundation
import Testing

@testable import CommCore

@Suite("Reports of the platform")
struct MotoricalSourceTests {
    private let received = Date(timeIntervalSince1970: 1_767_312_000)

    private func fact(_ json: String) throws -> ReportedFact {
        try #require(try MotoricalSource.facts(in: json, source: MotoricalSource.webhook, receivedAt: received).first)
    }

    @Test(
        "a type is known by what its word contains",
        arguments: [
            ("delivered", EventType.delivered), ("Delivery", .delivered), ("bounced", .bounced), ("hard_bounce", .bounced),
            ("complained", .complained), ("failed", .failed), ("deferred", .deferred), ("blocked", .blocked), ("sent", .sent),
            ("accepted", .sent),
        ]
    )
    func types(word: String, type: EventType) {
        #expect(MotoricalSource.type(word) == type)
    }

    @Test("a bounce is hard unless it says otherwise")
    func bounceKinds() throws {
        #expect(try fact(#"{"type":"bounced"}"#).bounceKind == .hard)
        #expect(try fact(#"{"type":"bounced","bounce_type":"hard","smtp_code":450}"#).bounceKind == .hard)
        #expect(try fact(#"{"type":"bounced","bounce_type":"Soft"}"#).bounceKind == .soft)
        #expect(try fact(#"{"type":"soft_bounce"}"#).bounceKind == .soft)
        #expect(try fact(#"{"type":"bounced","smtp_code":451}"#).bounceKind == .soft)
        #expect(try fact(#"{"type":"bounced","smtp_code":"550 5.1.1"}"#).bounceKind == .hard)
        #expect(try fact(#"{"type":"delivered"}"#).bounceKind == nil)
    }

    @Test("names and time are taken over; a time in the future is not believed")
    func fields() throws {
        let (campaign, contact, message) = (UUID(), UUID(), UUID())
        let told = try fact(
            """
            {"type":"delivered","campaign_id":"\(campaign)","contact_id":"\(contact)","message_id":"\(message)",
             "occurred_at":"2026-01-01T00:00:05Z","more":{"kept":true}}
            """
        )
        #expect(told.campaignID == campaign && told.contactID == contact && told.messageID == message)
        #expect(told.occurredAt == Date(timeIntervalSince1970: 1_767_225_605))
        #expect(try fact(#"{"type":"sent","occurred_at":"2099-01-01T00:00:00.000Z"}"#).occurredAt == received)
        #expect(try fact(#"{"type":"sent"}"#).occurredAt == received)
    }

    @Test("what is not a report is refused with a reason", arguments: ["", "[]", "{}", #"{"type":5}"#, "\u{0}", "nonsense"])
    func unreadable(payload: String) {
        #expect(throws: UnreadableReport.self) { try MotoricalSource.facts(in: payload, source: "motorical", receivedAt: received) }
    }
}
