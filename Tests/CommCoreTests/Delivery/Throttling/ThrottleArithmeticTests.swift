import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Arithmetic of limits")
struct ThrottleArithmeticTests {
    private let second: Int64 = 1_000_000

    @Test("the interval never lets more through than the rate")
    func interval() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let limit = RateLimit(messages: Int.random(in: 1...100_000, using: &random), period: Int.random(in: 1...86_400, using: &random))
            #expect(limit.interval * Int64(limit.messages) >= Int64(limit.period) * second)
            #expect(limit.burst >= 1)
        }
        #expect(RateLimit(messages: 3, period: 1).interval == 333_334)
        #expect(RateLimit(messages: 100, period: 1).burst == 500)
        #expect(RateLimit(messages: 1, period: 3_600).burst == 1)
    }

    @Test("a bucket lets its rate and its burst through in any window, whenever it is asked", arguments: 0..<20)
    func bucket(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = RateLimit(messages: Int.random(in: 1...50, using: &random), period: 1, burst: Int.random(in: 1...60, using: &random))
        var moment: Int64 = 1_000_000_000
        var bucket = CellBucket(interval: limit.interval, burst: limit.burst, now: moment)
        var gone: [Int64] = []
        for _ in 0..<3_000 {
            moment += Int64.random(in: 0...60_000, using: &random)
            let soonest = bucket.soonest(now: moment)
            #expect(soonest >= moment)
            if soonest == moment {
                bucket.take(now: moment)
                gone.append(moment)
            }
        }
        for window in [second / 4, second, 10 * second] {
            #expect(BucketWorld.most(gone, within: window) <= limit.burst + Int(window / limit.interval) + 1)
        }
        #expect(gone.count >= Int((moment - 1_000_000_000) / limit.interval) - limit.burst - 1 || limit.interval < 60_000)
    }

    private func rule(_ action: ReplyRule.Action, factor: Double = 0.5, duration: Int = 60) throws -> ReplyRule {
        ReplyRule(
            id: UUID(),
            name: "rule",
            pattern: try #require(ReplyPattern("x")),
            gateway: nil,
            group: nil,
            scope: .group,
            threshold: 1,
            window: 60,
            action: action,
            factor: factor,
            duration: duration,
            isEnabled: true,
            position: 0
        )
    }

    @Test("a slower rate doubles with each step until it is whole, and is over then")
    func recovery() throws {
        let now: Int64 = 5_000_000_000
        let first = RateAdjustment.after(
            try rule(.slowDown, factor: 0.2),
            gateway: "smtp",
            group: "google",
            current: nil,
            baseInterval: 1_000,
            now: now
        )
        #expect(first.factor(at: now) == 0.2)
        #expect(first.factor(at: now + 60 * second) == 0.4)
        #expect(first.factor(at: now + 120 * second) == 0.8)
        #expect(first.factor(at: now + 180 * second) == 1)
        #expect(first.overAt == now + 180 * second)
        #expect(first.pausedUntil == 0)
        // Again: on top of what is in force, at the base that it began with, and never to nothing.
        var last = first
        for _ in 0..<20 {
            last = .after(try rule(.slowDown), gateway: "smtp", group: "google", current: last, baseInterval: 9, now: now + second)
        }
        #expect(last.factor == RateAdjustment.leastFactor)
        #expect(last.baseInterval == 1_000)
        #expect(last.version > first.version)
        #expect(last.factor(at: last.overAt) == 1)
        #expect(last.factor(at: last.overAt - 1) < 1)
        #expect(last.factor(at: .max / 2) == 1)
    }

    @Test("a pause ends by itself; a shorter one does not end a longer one")
    func pause() throws {
        let now: Int64 = 5_000_000_000
        let long = RateAdjustment.after(
            try rule(.pause, factor: 0.25, duration: 3_600),
            gateway: "smtp",
            group: "",
            current: nil,
            baseInterval: 10,
            now: now
        )
        #expect(long.pausedUntil == now + 3_600 * second)
        #expect(long.factor(at: long.pausedUntil) == 0.25)
        #expect(long.overAt == now + 3 * 3_600 * second)
        let short = RateAdjustment.after(try rule(.pause), gateway: "smtp", group: "", current: long, baseInterval: 10, now: now + second)
        #expect(short.pausedUntil == long.pausedUntil)
        let slow = RateAdjustment.after(try rule(.slowDown), gateway: "smtp", group: "", current: long, baseInterval: 10, now: now + second)
        #expect(slow.pausedUntil == long.pausedUntil)
        #expect(slow.holdUntil > long.pausedUntil)
    }

    @Test("the base of an unlimited gateway is what it was given lately")
    func base() {
        #expect(RateAdjustment.baseInterval(seenInMinute: 600) == 100_000)
        #expect(RateAdjustment.baseInterval(seenInMinute: 0) == second)
        #expect(RateAdjustment.baseInterval(seenInMinute: 3) == second)
    }

    @Test(
        "a pattern fits its words in order, whatever their case",
        arguments: [
            ("S3150|S3140", "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent (S3140)", true),
            ("[TSS04]", "421 4.7.0 [tss04] Messages from 192.0.2.1 temporarily deferred", true),
            ("[TSS04]", "421 4.7.0 TSS04", false),
            ("421*too many", "421 4.7.0 Too many concurrent connections", true),
            ("421*too many", "too many: 421", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("4.7.28", "", false),
        ]
    )
    func pattern(pattern: String, text: String, fits: Bool) throws {
        #expect(try #require(ReplyPattern(pattern)).matches(text) == fits)
    }

    @Test("a pattern without words is none", arguments: ["", "|", "a|", "*", "a||b", "**|x"])
    func emptyPattern(text: String) {
        #expect(ReplyPattern(text) == nil)
    }

    @Test("the longest suffix of a mail exchanger decides")
    func exchangers() {
        var groups = DomainGroups()
        groups.add(pattern: "outlook.com", group: "other", isMX: true)
        groups.add(pattern: "olc.protection.outlook.com", group: "microsoft", isMX: true)
        groups.add(pattern: "gmail.com", group: "google", isMX: false)
        #expect(groups.group(ofExchanger: "hotmail-com.OLC.protection.outlook.com.") == "microsoft")
        #expect(groups.group(ofExchanger: "mx.outlook.com") == "other")
        #expect(groups.group(ofExchanger: "notoutlook.com") == nil)
        #expect(groups.group(ofExchanger: "") == nil)
        #expect(groups.group(ofDomain: "gmail.com") == "google")
        #expect(groups.group(ofDomain: "mail.gmail.com") == nil)
    }

    @Test(
        "a recipient's domain is what follows the last @",
        arguments: [("a@B.example", "b.example"), ("\"x@y\"@c.example.", "c.example"), ("nobody", "")]
    )
    func domains(recipient: String, domain: String) {
        #expect(DomainGroupCache.domain(of: recipient) == domain)
    }

    @Test("a message is the same one in every process, and another one in another campaign")
    func identity() {
        #expect(MessageIdentity.hash("foobar".utf8) == 0x8594_4171_f739_67e8)
        let seed = MessageIdentity.hash("campaign".utf8)
        #expect(MessageIdentity.hash("a@example.com".utf8, seed: seed) != MessageIdentity.hash("a@example.com".utf8))
    }
}
