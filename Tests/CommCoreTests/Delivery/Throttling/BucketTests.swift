import CommTesting
import Foundation
import Redis
import Testing

@testable import CommCore

/// A small world of gateways, tenants and campaigns that send by limits, on a clock of its own.
struct BucketWorld {
    var book = RateBook()
    var limits = SubjectLimits()
    let buckets: SharedBuckets

    static let tenant = UUID()
    static let start: Int64 = 1_795_000_000_000_000

    init(line: Int = BucketScript.longestLine, wait: Int64 = BucketScript.longestWait) throws {
        var buckets = SharedBuckets(redis: try TestRedis.current.client, prefix: try TestRedis.current.prefix)
        buckets.longestLine = line
        buckets.longestWait = wait
        self.buckets = buckets
    }

    /// Redis that has been there for long, so its buckets are full.
    func settle(now: Int64 = BucketWorld.start) async throws {
        let key = BucketKey.born(prefix: buckets.prefix)
        _ = try await buckets.redis.send(RedisCommand("SET", [.string(key), .integer(now - 30 * 86_400_000_000)]))
    }

    func plan(
        _ recipients: [String],
        tenant: UUID = BucketWorld.tenant,
        campaign: UUID? = nil,
        priority: Priority = .campaign,
        gateway: String = "smtp",
        groups: [String]? = nil
    ) -> BucketPlan {
        BucketPlan(
            recipients: recipients,
            groups: groups ?? recipients.map { DomainGroupCache.domain(of: $0) },
            subject: ThrottleSubject(
                tenantID: tenant,
                campaignID: campaign,
                channel: .email,
                gateway: gateway,
                priority: priority.rawValue
            ),
            book: book,
            limits: limits,
            prefix: buckets.prefix
        )
    }

    static func people(_ range: Range<Int>, at domain: String = "example.com") -> [String] {
        range.map { "person\($0)@\(domain)" }
    }

    /// The most that went within any window of so many microseconds.
    static func most(_ times: [Int64], within window: Int64) -> Int {
        let sorted = times.sorted()
        var (first, most) = (0, 0)
        for (last, time) in sorted.enumerated() {
            while sorted[first] <= time - window { first += 1 }
            most = max(most, last - first + 1)
        }
        return most
    }
}

@Suite("Buckets that all senders share", .redis)
struct BucketTests {
    private let now = BucketWorld.start
    private let second: Int64 = 1_000_000

    @Test("without limits everything goes, and what went to a group is counted")
    func unlimited() async throws {
        let world = try BucketWorld()
        let verdicts = try await world.buckets.pass(world.plan(BucketWorld.people(0..<300)), now: now)
        #expect(verdicts == Array(repeating: nil, count: 300))
        #expect(try await world.buckets.rateSeen(gateway: "smtp", group: "example.com") == 300)
        #expect(try await world.buckets.rateSeen(gateway: "smtp", group: "") == 300)
        _ = try await world.buckets.pass(world.plan(BucketWorld.people(0..<10)), now: now + 61 * second)
        #expect(try await world.buckets.rateSeen(gateway: "smtp", group: "") == 300)
        _ = try await world.buckets.pass(world.plan(BucketWorld.people(0..<10)), now: now + 300 * second)
        #expect(try await world.buckets.rateSeen(gateway: "smtp", group: "") == 10)
    }

    @Test("a batch that does not fit is told times at the rate, once, and finds room at them")
    func spread() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.limits.campaign = RateLimit(messages: 10, period: 1, burst: 20)
        let plan = world.plan(BucketWorld.people(0..<500), campaign: UUID())
        let verdicts = try await world.buckets.pass(plan, now: now)
        // A quarter of the burst stays for the express lanes.
        #expect(verdicts.prefix(15).allSatisfy { $0 == nil })
        let waiting = verdicts.dropFirst(15).compactMap(\.self)
        #expect(waiting.count == 485)
        #expect(zip(waiting, waiting.dropFirst()).allSatisfy { $1.until - $0.until == second / 10 })
        #expect(waiting.allSatisfy { $0.cause == .limit && plan.buckets[$0.bucket].owner == .campaign })
        // They come back in rounds of a second, and nobody is refused again.
        var moment = now
        var left = Dictionary(uniqueKeysWithValues: zip(plan.identities.indices.dropFirst(15), waiting.map(\.until)))
        while !left.isEmpty {
            moment += second
            let due = left.filter { $0.value <= moment }.keys.sorted()
            #expect(due.count <= 10)
            let again = world.plan(due.map { "person\($0)@example.com" }, campaign: plan.subject.campaignID)
            #expect(try await world.buckets.pass(again, now: moment) == Array(repeating: nil, count: due.count))
            for index in due { left[index] = nil }
        }
        #expect(moment == now + 49 * second)
    }

    @Test("newcomers do not take the room of those who were told to come")
    func newcomers() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.limits.campaign = RateLimit(messages: 10, period: 1, burst: 20)
        let campaign = UUID()
        let people = BucketWorld.people(0..<100)
        let first = try await world.buckets.pass(world.plan(people, campaign: campaign), now: now)
        for round in 1...8 {
            let moment = now + Int64(round) * second
            let others = BucketWorld.people((1_000 * round)..<(1_000 * round + 200))
            #expect(try await world.buckets.pass(world.plan(others, campaign: campaign), now: moment).allSatisfy { $0 != nil })
            let due = people.indices.filter { (first[$0]?.until).map { $0 <= moment && $0 > moment - second } ?? false }
            #expect(due.count == 10)
            let verdicts = try await world.buckets.pass(world.plan(due.map { people[$0] }, campaign: campaign), now: moment)
            #expect(verdicts.allSatisfy { $0 == nil })
        }
    }

    @Test("one limited campaign takes nothing from another at the same gateway")
    func otherCampaigns() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.book.limits[RateBook.Key(gateway: "smtp", group: "")] = RateLimit(messages: 100, period: 1, burst: 100)
        var limited = world
        limited.limits.campaign = RateLimit(messages: 1, period: 60, burst: 1)
        let slow = limited.plan(BucketWorld.people(0..<1_000), campaign: UUID())
        let verdicts = try await limited.buckets.pass(slow, now: now)
        #expect(verdicts.count { $0 == nil } == 1)
        #expect(verdicts.compactMap(\.self).allSatisfy { slow.buckets[$0.bucket].owner == .campaign })
        // What is left of the gateway's burst but for the reserve.
        let other = UUID()
        let quick = world.plan(BucketWorld.people(5_000..<5_200), campaign: other)
        #expect(try await world.buckets.pass(quick, now: now).count { $0 == nil } == 74)
        let next = world.plan(BucketWorld.people(6_000..<6_100), campaign: UUID())
        #expect(try await world.buckets.pass(next, now: now + 10 * second).count { $0 == nil } >= 50)
    }

    @Test("campaigns at one gateway share its rate, also when one of them has waited in line before the other came")
    func fairShares() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.book.limits[RateBook.Key(gateway: "smtp", group: "")] = RateLimit(messages: 100, period: 1, burst: 100)
        let (large, small) = (UUID(), UUID())
        let crowd = try await world.buckets.pass(world.plan(BucketWorld.people(0..<2_000), campaign: large), now: now)
        let few = try await world.buckets.pass(world.plan(BucketWorld.people(0..<50), campaign: small), now: now)
        #expect(try #require(crowd.compactMap(\.self).map(\.until).max()) > now + 18 * second)
        #expect(try #require(few.compactMap(\.self).map(\.until).max()) <= now + 3 * second)
    }

    @Test("alerts use the reserve, emergencies always go and count")
    func express() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.book.limits[RateBook.Key(gateway: "smtp", group: "")] = RateLimit(messages: 10, period: 1, burst: 40)
        let bulk = try await world.buckets.pass(world.plan(BucketWorld.people(0..<100), campaign: UUID()), now: now)
        #expect(bulk.count { $0 == nil } == 30)
        let alerts = try await world.buckets.pass(world.plan(BucketWorld.people(0..<15), priority: .alert), now: now)
        #expect(alerts.count { $0 == nil } == 10)
        #expect(alerts.compactMap(\.self).map(\.until) == (1...5).map { now + Int64($0) * second / 10 })
        world.limits.tenant = RateLimit(messages: 1, period: 3_600, burst: 1)
        let emergencies = try await world.buckets.pass(world.plan(BucketWorld.people(0..<50), priority: .emergency), now: now)
        #expect(emergencies == Array(repeating: nil, count: 50))
        // They have used up the next five seconds.
        let next = try await world.buckets.pass(world.plan(["late@example.com"], tenant: UUID(), priority: .alert), now: now + second)
        #expect(next[0]?.until ?? 0 >= now + 5 * second)
    }

    @Test("a group waits for itself: the gateway's other mail goes on")
    func groups() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.book.limits[RateBook.Key(gateway: "smtp", group: "google")] = RateLimit(messages: 60, period: 60, burst: 4)
        world.book.limits[RateBook.Key(gateway: "smtp", group: "*")] = RateLimit(messages: 600, period: 60, burst: 100)
        let recipients = (0..<40).map { "p\($0)@\($0.isMultiple(of: 2) ? "gmail.com" : "example.com")" }
        let groups = (0..<40).map { $0.isMultiple(of: 2) ? "google" : "example.com" }
        let plan = world.plan(recipients, campaign: UUID(), groups: groups)
        let verdicts = try await world.buckets.pass(plan, now: now)
        let refused = verdicts.indices.filter { verdicts[$0] != nil }
        #expect(refused.count == 17)
        #expect(refused.allSatisfy { groups[$0] == "google" })
        #expect(refused.allSatisfy { index in verdicts[index].map { plan.buckets[$0.bucket].owner } == .group("google") })
    }

    @Test("a Redis that has lost its memory starts with empty buckets")
    func lostMemory() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.limits.tenant = RateLimit(messages: 10, period: 1, burst: 1_000)
        let people = BucketWorld.people(0..<2_000)
        #expect(try await world.buckets.pass(world.plan(people), now: now).count { $0 == nil } == 750)
        let keys = try await world.buckets.redis.send(["KEYS", world.buckets.prefix + "*"]).array?.compactMap(\.string) ?? []
        _ = try await world.buckets.redis.send(RedisCommand("DEL", keys.map { .string($0) }))
        #expect(try await world.buckets.pass(world.plan(people), now: now + second).count { $0 == nil } == 0)
        // After that the rate counts, as ever; what is left over fills the bucket.
        let later = BucketWorld.people(9_000..<9_500)
        let verdicts = try await world.buckets.pass(world.plan(later, priority: .transactional), now: now + 11 * second)
        #expect(verdicts.count { $0 == nil } == 100)
    }

    @Test("a line has a greatest length: who comes later asks again at the rate, and far ahead at times that are spread")
    func longLine() async throws {
        var world = try BucketWorld(line: 100, wait: 60 * 1_000_000)
        try await world.settle()
        world.limits.campaign = RateLimit(messages: 10, period: 1, burst: 10)
        let campaign = UUID()
        let verdicts = try await world.buckets.pass(world.plan(BucketWorld.people(0..<2_000), campaign: campaign), now: now)
        #expect(
            try await world.buckets.redis.send(["ZCARD", "\(world.buckets.prefix):limit:c:\(campaign.uuidString.lowercased()):p"]).int
                == 100
        )
        let times = verdicts.compactMap { $0?.until }
        #expect(times.allSatisfy { $0 > now && $0 <= now + 60 * second })
        let away = times.suffix(1_300)
        #expect(away.allSatisfy { $0 >= now + 30 * second })
        // No second gets more than twice its share of them.
        #expect(BucketWorld.most(Array(away), within: second) < 100)
    }

    @Test("a place that nobody comes for is forgotten")
    func forgotten() async throws {
        var world = try BucketWorld()
        try await world.settle()
        world.limits.campaign = RateLimit(messages: 10, period: 1, burst: 40)
        let campaign = UUID()
        _ = try await world.buckets.pass(world.plan(BucketWorld.people(0..<100), campaign: campaign), now: now)
        let verdicts = try await world.buckets.pass(
            world.plan(BucketWorld.people(500..<540), campaign: campaign),
            now: now + 1_800 * second
        )
        #expect(verdicts.count { $0 == nil } == 30)
    }

    @Test("a pause stops a group, then its rate comes back step by step")
    func adjusted() async throws {
        var world = try BucketWorld()
        try await world.settle()
        let key = RateBook.Key(gateway: "smtp", group: "google")
        world.book.adjustments[key] = RateAdjustment(
            gateway: "smtp",
            group: "google",
            version: now,
            pausedUntil: now + 60 * second,
            factor: 0.25,
            holdUntil: now + 120 * second,
            step: 60 * second,
            baseInterval: second / 100,
            rule: "test"
        )
        func passed(_ at: Int64, _ from: Int) async throws -> (Int, [BucketVerdict]) {
            let people = BucketWorld.people(from..<(from + 2_000))
            let plan = world.plan(people, tenant: UUID(), priority: .transactional, groups: people.map { _ in "google" })
            let verdicts = try await world.buckets.pass(plan, now: at)
            return (verdicts.count { $0 == nil }, verdicts.compactMap(\.self))
        }
        let (during, waiting) = try await passed(now + second, 0)
        #expect(during == 0)
        #expect(waiting.allSatisfy { $0.cause == .paused && $0.until >= now + 60 * second })
        // 25 a second with what five seconds give at once, then 50, then whole.
        #expect(try await passed(now + 90 * second, 10_000).0 == 125)
        #expect(try await passed(now + 130 * second, 20_000).0 == 250)
        #expect(try await passed(now + 200 * second, 30_000).0 == 2_000)
        // The others hear of it from Redis, and of its end.
        world.book.adjustments[key] = nil
        #expect(try await passed(now + 10 * second, 40_000).0 == 0)
        world.book.adjustments[key] = RateAdjustment(
            gateway: "smtp",
            group: "google",
            version: now + 1,
            pausedUntil: 0,
            factor: 1,
            holdUntil: now,
            step: second,
            baseInterval: 1,
            rule: "taken back"
        )
        #expect(try await passed(now + 10 * second, 50_000).0 == 2_000)
    }

    @Test("whatever comes when, no window has more than its rate and burst, and nearly all of the rate is used", arguments: 0..<6)
    func property(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed) &* 77 &+ 5)
        var world = try BucketWorld(line: seed.isMultiple(of: 2) ? 10_000 : 60, wait: 120 * second)
        try await world.settle()
        let gateway = RateLimit(
            messages: Int.random(in: 20...80, using: &random),
            period: 1,
            burst: Int.random(in: 20...100, using: &random)
        )
        let group = RateLimit(messages: Int.random(in: 10...40, using: &random), period: 1, burst: Int.random(in: 10...50, using: &random))
        let campaign = RateLimit(messages: Int.random(in: 2...30, using: &random), period: 1, burst: Int.random(in: 2...40, using: &random))
        world.book.limits[RateBook.Key(gateway: "smtp", group: "")] = gateway
        world.book.limits[RateBook.Key(gateway: "smtp", group: "google")] = group
        struct Waiting { let campaign: Int, person: Int; var due: Int64, refusals: Int }
        let campaigns = (0..<4).map { _ in UUID() }
        var waiting: [Waiting] = []
        for index in campaigns.indices {
            for person in 0..<400 {
                waiting.append(
                    Waiting(campaign: index, person: person, due: now + Int64.random(in: 0...5_000_000, using: &random), refusals: 0)
                )
            }
        }
        var gone: [(at: Int64, campaign: Int, isGoogle: Bool)] = []
        var moment = now
        while !waiting.isEmpty, moment < now + 600 * second {
            moment += Int64.random(in: 50_000...900_000, using: &random)
            for index in campaigns.indices {
                let due = waiting.indices.filter { waiting[$0].campaign == index && waiting[$0].due <= moment }
                guard !due.isEmpty else { continue }
                var asked = world
                if index < 2 { asked.limits.campaign = campaign }
                let people = due.map { "p\(waiting[$0].person)@x.example" }
                let groups = due.map { waiting[$0].person.isMultiple(of: 2) ? "google" : "x.example" }
                let verdicts = try await asked.buckets.pass(
                    asked.plan(people, campaign: campaigns[index], groups: groups),
                    now: moment
                )
                for (place, verdict) in zip(due, verdicts) {
                    if let verdict {
                        #expect(verdict.until > moment)
                        waiting[place].due = verdict.until
                        waiting[place].refusals += 1
                    } else {
                        gone.append((moment, index, waiting[place].person.isMultiple(of: 2)))
                        waiting[place].due = 0
                    }
                }
                waiting.removeAll { $0.due == 0 }
            }
        }
        #expect(waiting.isEmpty, "\(waiting.count) are still waiting")
        for window in [second / 2, second, 5 * second, 30 * second] {
            func bound(_ limit: RateLimit) -> Int { limit.burst + Int(window / limit.interval) + 1 }
            #expect(BucketWorld.most(gone.map(\.at), within: window) <= bound(gateway))
            #expect(BucketWorld.most(gone.filter(\.isGoogle).map(\.at), within: window) <= bound(group))
            for index in 0..<2 {
                #expect(BucketWorld.most(gone.filter { $0.campaign == index }.map(\.at), within: window) <= bound(campaign))
            }
        }
        // The slowest limit decides how long it may take: half as long again is too long.
        let fewest = [1_600.0 / Double(gateway.messages), 800.0 / Double(group.messages), 400.0 / Double(campaign.messages)].max() ?? 0
        #expect(Double(moment - now) / 1_000_000 < fewest * 1.6 + 20, "\(Double(moment - now) / 1_000_000) s instead of \(fewest) s")
    }
}
