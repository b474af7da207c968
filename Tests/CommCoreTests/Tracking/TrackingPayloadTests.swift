import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("What is kept of a click")
struct TrackingPayloadTests {
    private let subject = LinkTokenSubject(tenantID: UUID(), campaignID: UUID(), contactID: UUID(), messageID: UUID())

    private func fact(_ payload: TrackingPayload) throws -> ReportedFact {
        try #require(TrackingSource.facts(in: String(decoding: payload.bytes(), as: UTF8.self)).first)
    }

    @Test("whatever a client sends is read back as it was", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("aZ0 \"\\/\u{1}\u{1f}\n\tüß漢😀{}[]:,%&?#'")
        func text(_ length: Int) -> String {
            String((0..<Int.random(in: 0...length, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
        }
        let signals = TrackingSignals(
            userAgent: Bool.random(using: &random) ? text(40) : nil,
            ip: Bool.random(using: &random) ? "2001:db8::1" : nil,
            hasLanguage: [true, false, nil].randomElement(using: &random) ?? nil,
            isHead: Bool.random(using: &random),
            isPrefetch: Bool.random(using: &random),
            isUserActivated: Bool.random(using: &random)
        )
        let link = LinkToken.Link(index: Int.random(in: 0...70_000, using: &random), url: "https://e.test/" + text(30))
        let at = Date(timeIntervalSince1970: 1_795_000_000.125)
        let id = UUID()
        let read = try fact(
            TrackingPayload(kind: .clicked, subject: subject, link: link, signals: signals, occurredAt: at, eventID: id)
        )
        #expect(read.type == .clicked && read.tracked == TrackedDetails(linkIndex: link.index, signals: signals), "seed \(seed)")
        #expect(read.tenantID == subject.tenantID && read.campaignID == subject.campaignID && read.contactID == subject.contactID)
        #expect(read.messageID == subject.messageID && read.occurredAt == at && read.discriminator == id.uuidString)
        #expect(TrackingSource.details(in: read.payload) == read.tracked)
        #expect(try JSONSerialization.jsonObject(with: Data(read.payload.utf8)) is [String: Any])
    }

    @Test("an open has no link, a long user agent is cut, and NUL is left out")
    func open() throws {
        let signals = TrackingSignals(userAgent: "\0" + String(repeating: "ü", count: 900))
        let read = try fact(
            TrackingPayload(kind: .opened, subject: subject, link: nil, signals: signals, occurredAt: Date(), eventID: UUID())
        )
        #expect(read.type == .opened && read.tracked?.linkIndex == nil)
        #expect(read.tracked?.signals.userAgent == String(repeating: "ü", count: 499))
    }

    @Test("of somebody who refuses tracking only that it happened is left")
    func anonymous() throws {
        let link = LinkToken.Link(index: 2, url: "https://e.test/a?email=a@ex.test#x")
        let signals = TrackingSignals(userAgent: "Browser", ip: "192.0.2.1", hasLanguage: true)
        let read = try fact(
            TrackingPayload(kind: .clicked, subject: subject, link: link, signals: signals, occurredAt: Date(), eventID: UUID())
        )
        let owner = MessageOwner(
            tenantID: subject.tenantID,
            campaignID: subject.campaignID,
            contactID: subject.contactID,
            messageID: subject.messageID,
            refusesTracking: true
        )
        let event = read.event(of: owner)
        #expect(event.contactID == nil && event.messageID == nil && event.campaignID == subject.campaignID)
        #expect(!event.payload.contains("192.0.2.1") && !event.payload.contains("Browser") && !event.payload.contains("email="))
        #expect(event.payload.contains("linkIndex"))
    }
}
