import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Pauses after an outage")
struct OutageBreakerTests {
    private let now = Date(timeIntervalSince1970: 1_795_000_000)
    private let outage = GatewayOutage(kind: .away, reason: "gone")

    @Test("pauses grow from failure to failure and end at five minutes", arguments: 0..<5 as Range<UInt64>)
    func growing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let breaker = OutageBreaker()
        var moment = now
        var pauses: [TimeInterval] = []
        for _ in 0..<12 {
            let until = breaker.failed(outage, now: moment, using: &random).until
            pauses.append(until.timeIntervalSince(moment))
            #expect(breaker.isOpen(now: until.addingTimeInterval(-0.001)) && !breaker.isOpen(now: until))
            moment = until
            #expect(breaker.admission(now: moment) == .probe)
        }
        for (index, pause) in pauses.enumerated() {
            let full = min(5 * Double(1 << index), 300)
            #expect(pause >= full / 2 && pause <= full)
        }
    }

    @Test("several failures of one moment count once, and one probe goes at a time")
    func together() {
        var random = SeededGenerator(seed: 1)
        let breaker = OutageBreaker()
        let first = breaker.failed(outage, now: now, using: &random)
        let second = breaker.failed(outage, now: now.addingTimeInterval(0.1), using: &random)
        #expect(first.isNew && !second.isNew && first.until == second.until)
        #expect(breaker.admission(now: now) == .refused(outage))
        #expect(breaker.admission(now: first.until) == .probe)
        #expect(breaker.admission(now: first.until) == .refused(outage))
        breaker.gaveUp(now: first.until)
        #expect(breaker.admission(now: first.until) == .probe)
        breaker.succeeded()
        #expect(breaker.admission(now: first.until) == .free)
    }

    @Test("the provider's own word counts when it is further away, up to an hour")
    func told() {
        var random = SeededGenerator(seed: 1)
        let soon = GatewayOutage(kind: .throttled, reason: "", until: now.addingTimeInterval(120))
        #expect(OutageBreaker().failed(soon, now: now, using: &random).until == now.addingTimeInterval(120))
        let never = GatewayOutage(kind: .throttled, reason: "", until: now.addingTimeInterval(1e9))
        #expect(OutageBreaker().failed(never, now: now, using: &random).until == now.addingTimeInterval(3600))
    }
}
