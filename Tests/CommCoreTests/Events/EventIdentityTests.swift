import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Event identity")
struct EventIdentityTests {
    private let tenant = UUID()
    private let message = UUIDv7.make(at: Date(timeIntervalSince1970: 1_767_225_600))

    private func event(_ type: EventType, at seconds: Double, source: String = "motorical", discriminator: String? = nil) -> Event {
        Event(
            type: type,
            tenantID: tenant,
            campaignID: nil,
            contactID: nil,
            messageID: message,
            source: source,
            occurredAt: Date(timeIntervalSince1970: 1_767_225_600 + seconds),
            discriminator: discriminator
        )
    }

    @Test(
        "a fact that happens once per message is one fact, whoever reports it and whenever",
        arguments: [EventType.sent, .delivered, .bounced, .complained, .failed, .blocked]
    )
    func oncePerMessage(type: EventType) {
        #expect(event(type, at: 1).id == event(type, at: 99, source: "motorical_log").id)
    }

    @Test("two clicks are two facts, one click told twice is one")
    func clicks() {
        #expect(event(.clicked, at: 1, discriminator: "a").id == event(.clicked, at: 1, discriminator: "a").id)
        #expect(event(.clicked, at: 1, discriminator: "a").id != event(.clicked, at: 1, discriminator: "b").id)
    }

    @Test("all types of facts about a message have different ids within the message's range")
    func range() {
        let range = EventIdentity.range(of: message)
        let ids = EventType.allCases.map { event($0, at: 5).id }
        #expect(Set(ids).count == EventType.allCases.count)
        for id in ids {
            let bytes = EventIdentity.UUIDBytes(withUnsafeBytes(of: id.uuid) { Array($0) })
            #expect(range.contains(bytes))
        }
    }

    @Test("all facts about a message fall into the partition of the message's own month")
    func bucket() {
        let late = event(.clicked, at: 90 * 24 * 3600)
        #expect(late.bucket == UUIDv7.time(of: message))
    }

    @Test("a fact without a message is told apart by contact, campaign and time")
    func withoutMessage() {
        func fact(contact: UUID, at seconds: Double) -> UUID {
            Event(
                type: .bounced,
                tenantID: tenant,
                campaignID: nil,
                contactID: contact,
                messageID: nil,
                source: "motorical",
                occurredAt: Date(timeIntervalSince1970: 1_767_225_600 + seconds)
            ).id
        }
        let contact = UUID()
        #expect(fact(contact: contact, at: 1) == fact(contact: contact, at: 1))
        #expect(fact(contact: contact, at: 1) != fact(contact: contact, at: 2))
        #expect(fact(contact: contact, at: 1) != fact(contact: UUID(), at: 1))
    }
}
