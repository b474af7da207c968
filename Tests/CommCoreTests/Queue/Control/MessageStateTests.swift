import CommTesting
import Testing

@testable import CommCore

@Suite("Where a message stands")
struct MessageStateTests {
    @Test("in the queue: in hand, tried before, due, or later")
    func live() {
        #expect(MessageState.live(isLeased: true, wasTried: true, isDue: false) == .sending)
        #expect(MessageState.live(isLeased: false, wasTried: true, isDue: true) == .deferred)
        #expect(MessageState.live(isLeased: false, wasTried: false, isDue: true) == .queued)
        #expect(MessageState.live(isLeased: false, wasTried: false, isDue: false) == .scheduled)
    }

    @Test(
        "left without being handed over, by the words of the delivery log",
        arguments: [
            ("suppressed", "bounce", MessageState.suppressed), ("skipped", "cancelled", .cancelled),
            ("skipped", "contact_deleted", .skipped),
            ("failed", "550 no such user", .failed), ("failed", "expired", .expired), ("failed", "expired: 451 later", .expired),
            ("unknown", "connection lost", .unknown), ("sent", nil, .sent),
        ] as [(String, String?, MessageState)]
    )
    func ended(outcome: String, reason: String?, expected: MessageState) {
        #expect(MessageState.ended(outcome: outcome, reason: reason, events: []) == expected)
    }

    @Test("reports in any order, with any duplicates, give the same: the highest", arguments: UInt64(0)..<50)
    func lattice(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let events = (0..<Int.random(in: 1...8, using: &random)).map { _ in EventType.allCases[Int.random(in: 0..<11, using: &random)] }
        let first = MessageState.ended(outcome: "sent", reason: nil, events: events)
        for _ in 0..<5 {
            let again = (events + events).shuffled(using: &random)
            #expect(MessageState.ended(outcome: "sent", reason: nil, events: again) == first, "seed \(seed)")
        }
        if events.contains(.complained) { #expect(first == .complained) }
        if !events.contains(.complained), events.contains(.bounced) { #expect(first == .bounced) }
    }

    @Test("a report settles what was unknown, and a click alone proves nothing of the way")
    func unknown() {
        #expect(MessageState.ended(outcome: "unknown", reason: "x", events: [.deferred]) == .sent)
        #expect(MessageState.ended(outcome: "unknown", reason: "x", events: [.clicked]) == .unknown)
        #expect(MessageState.ended(outcome: "sent", reason: nil, events: [.delivered, .failed]) == .delivered)
    }

    @Test("what has left is not live")
    func isLive() {
        #expect(MessageState.allCases.filter(\.isLive) == [.scheduled, .queued, .deferred, .sending])
    }
}
