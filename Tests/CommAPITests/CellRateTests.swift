import CommTesting
import Foundation
import Testing

@testable import comm_api

@Suite("Rates")
struct CellRateTests {
    private static let minute: Int64 = 60_000_000

    @Test("a minute's quota passes at once, the next one when its share of the minute is over", arguments: [1, 3, 60, 1_000])
    func burst(limit: Int) {
        let rate = CellRate(limit: limit)
        var arrival: Int64?
        for number in 1...limit {
            let counted = rate.count(arrival: arrival, now: 1_000_000)
            #expect(counted.standing.isAllowed && counted.standing.remaining == limit - number)
            arrival = counted.arrival
        }
        let refused = rate.count(arrival: arrival, now: 1_000_000)
        #expect(!refused.standing.isAllowed && refused.standing.remaining == 0 && refused.arrival == arrival)
        #expect(refused.standing.retryAfter == Int((rate.interval + 999_999) / 1_000_000))
        #expect(rate.count(arrival: arrival, now: 1_000_000 + rate.interval).standing.isAllowed)
    }

    @Test("whatever comes when, no minute lets more through than its quota and what had been saved up", arguments: 1...50)
    func neverMore(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let rate = CellRate(limit: Int.random(in: 1...200, using: &random))
        var (arrival, now): (Int64?, Int64) = (nil, 0)
        var passed: [Int64] = []
        for _ in 0..<3_000 {
            now += Int64.random(in: 0...(rate.interval * 2), using: &random)
            let counted = rate.count(arrival: arrival, now: now)
            if counted.standing.isAllowed { passed.append(now) }
            arrival = counted.arrival
            #expect((0...rate.limit).contains(counted.standing.remaining))
        }
        for (index, start) in passed.enumerated() {
            let within = passed[index...].prefix { $0 < start + Self.minute }.count
            #expect(within <= rate.limit * 2)
        }
    }
}
