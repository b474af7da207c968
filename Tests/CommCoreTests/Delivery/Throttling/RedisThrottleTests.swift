import CommTesting
import Foundation
import Logging
import Postgres
import Redis
import Testing

@testable import CommCore

@Suite("Limits of all senders together", .database, .redis)
struct RedisThrottleTests {
    /// Answers what it is told to, and notes what it was asked.
    private actor FixedLookup: MXLookup {
        let answers: [String: [String]]
        private(set) var asked: [String] = []

        init(_ answers: [String: [String]]) { self.answers = answers }

        func exchangers(of domain: String) async throws -> [String] {
            asked.append(domain)
            guard let answer = answers[domain] else { throw TestFailure("no answer") }
            return answer
        }
    }

    private let now = Date(timeIntervalSince1970: 1_795_000_000)
    private let owner = TestDatabase.current.client
    private let worker = TestDatabase.current.client(role: "comm_worker")
    private let api = TestDatabase.current.client(role: "comm_api")
    private var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func throttle(lookup: (any MXLookup)? = nil) async throws -> RedisThrottle {
        let redis = try TestRedis.current
        let key = BucketKey.born(prefix: redis.prefix)
        _ = try await redis.client.send(["SET", key, "1"])
        return RedisThrottle(client: worker, redis: redis.client, lookup: lookup, prefix: redis.prefix, logger: logger)
    }

    private func subject(
        _ fixture: CampaignFixture,
        campaign: Bool = true,
        channel: Channel = .email,
        gateway: String = "smtp",
        priority: Priority = .campaign
    ) -> ThrottleSubject {
        ThrottleSubject(
            tenantID: fixture.tenantID,
            campaignID: campaign ? fixture.campaignID : nil,
            channel: channel,
            gateway: gateway,
            priority: priority.rawValue
        )
    }

    private func fixture() async throws -> CampaignFixture {
        try await CampaignFixture.make(on: owner, contacts: 1, now: now, status: "draft")
    }

    private func draft(_ messages: Int, per period: Int = 1, burst: Int? = nil) -> RateLimitDraft {
        RateLimitDraft(messages: messages, period: period, burst: burst)
    }

    @Test("a tenant's limits count for its own mail, with the reason in words; another tenant's mail goes on")
    func tenantLimits() async throws {
        let (one, other) = (try await fixture(), try await fixture())
        let throttle = try await throttle()
        let limits = TenantLimitRepository(client: api, time: ManualTime(now))
        _ = try await limits.set(tenantID: one.tenantID, campaignID: one.campaignID, draft(4, burst: 4))
        let people = BucketWorld.people(0..<20)
        let refusals = await throttle.admit(people, of: subject(one), now: now)
        #expect(refusals.count { $0 == nil } == 3)
        #expect(refusals.last??.reason == "rate limit of the campaign")
        #expect(refusals.last??.until == now.addingTimeInterval(17 / 4))
        #expect(await throttle.admit(people, of: subject(other), now: now).allSatisfy { $0 == nil })
        _ = try await limits.set(tenantID: one.tenantID, channel: .sms, draft(2, burst: 2))
        let texts = await throttle.admit(
            ["+491", "+492", "+493"],
            of: subject(one, campaign: false, channel: .sms, priority: .alert),
            now: now
        )
        #expect(texts.map { $0?.reason } == [nil, nil, "rate limit of the tenant's sms"])
        // A change counts within ten seconds.
        try await limits.remove(tenantID: one.tenantID, campaignID: one.campaignID)
        let later = now.addingTimeInterval(11)
        #expect(await throttle.admit(BucketWorld.people(90..<190), of: subject(one), now: later).allSatisfy { $0 == nil })
    }

    @Test("a gateway's limits count for everybody together")
    func gatewayLimits() async throws {
        let (one, other) = (try await fixture(), try await fixture())
        let limits = GatewayLimitRepository(client: api, time: ManualTime(now))
        _ = try await limits.set(gateway: "smtp", group: "google", draft(60, per: 60, burst: 4))
        let (first, second) = (try await throttle(), try await throttle())
        let people = BucketWorld.people(0..<5, at: "gmail.com")
        #expect(await first.admit(people, of: subject(one), now: now).count { $0 == nil } == 3)
        let refusals = await second.admit(people, of: subject(other), now: now)
        #expect(refusals.allSatisfy { $0?.reason == "rate limit of gateway smtp to google" })
        #expect(await second.admit(people, of: subject(other, gateway: "ses"), now: now).allSatisfy { $0 == nil })
        #expect(await second.admit(people, of: subject(other, priority: .emergency), now: now).allSatisfy { $0 == nil })
    }

    @Test("throttle answers slow a gateway down for their group, for all senders, and it recovers by itself")
    func slowDown() async throws {
        let fixture = try await fixture()
        let (first, second) = (try await throttle(), try await throttle())
        let people = BucketWorld.people(0..<600, at: "gmail.com")
        #expect(await first.admit(people, of: subject(fixture), now: now).allSatisfy { $0 == nil })
        #expect(await second.admit(BucketWorld.people(0..<3), of: subject(fixture), now: now).allSatisfy { $0 == nil })
        let answer = "421 4.7.28 Our system has detected an unusual rate of unsolicited mail"
        func replies(_ count: Int) -> [GatewayReply] {
            people.prefix(count).map { GatewayReply(recipient: $0, kind: .deferred, text: answer) }
        }
        await first.observe(replies(2), of: "smtp", channel: .email, now: now)
        let adjustments = RateAdjustmentRepository(client: api)
        #expect(try await adjustments.list(now: now).isEmpty)
        await second.observe(replies(1), of: "smtp", channel: .email, now: now)
        let made = try #require(try await adjustments.list(now: now).first)
        #expect(made.gateway == "smtp" && made.group == "google" && made.rule == "Gmail: unusual rate" && made.factor == 0.5)
        #expect(made.baseInterval == 100_000)
        // Answers to what was under way already change nothing more.
        await first.observe(replies(50), of: "smtp", channel: .email, now: now.addingTimeInterval(1))
        #expect(try await adjustments.list(now: now).first?.factor == 0.5)
        let late = BucketWorld.people(1_000..<1_500, at: "gmail.com")
        let refusals = await first.admit(late, of: subject(fixture), now: now.addingTimeInterval(2))
        #expect(refusals.count { $0 == nil } == 19)
        #expect(refusals.last??.reason == "gateway smtp to google is slowed down by its answers")
        let mixed = await first.admit(BucketWorld.people(0..<50, at: "example.org"), of: subject(fixture), now: now.addingTimeInterval(2))
        #expect(mixed.allSatisfy { $0 == nil })
        let whole = now.addingTimeInterval(700)
        #expect(
            await first.admit(BucketWorld.people(2_000..<2_500, at: "gmail.com"), of: subject(fixture), now: whole).allSatisfy { $0 == nil }
        )
    }

    @Test("an adjustment outlives Redis, and an operator takes it back")
    func persisted() async throws {
        let fixture = try await fixture()
        let first = try await throttle()
        let people = BucketWorld.people(0..<12, at: "outlook.com")
        let replies = people.map { GatewayReply(recipient: $0, kind: .refused, text: "550 5.7.1 … (S3150)") }
        await first.observe(replies, of: "smtp", channel: .email, now: now)
        let redis = try TestRedis.current
        let keys = try await redis.client.send(["KEYS", redis.prefix + "*"]).array?.compactMap(\.string) ?? []
        _ = try await redis.client.send(RedisCommand("DEL", keys.map { .string($0) }))
        let second = try await throttle()
        let refusals = await second.admit(people, of: subject(fixture), now: now.addingTimeInterval(60))
        #expect(refusals.allSatisfy { $0?.reason == "gateway smtp to microsoft is paused by its answers" })
        #expect(refusals.allSatisfy { $0?.until ?? now >= now.addingTimeInterval(3_600) })
        let adjustments = RateAdjustmentRepository(client: api)
        try await adjustments.lift(gateway: "smtp", group: "microsoft", now: now.addingTimeInterval(61))
        await #expect(throws: ThrottlingError.self) {
            try await adjustments.lift(gateway: "smtp", group: "microsoft", now: now.addingTimeInterval(62))
        }
        #expect(await second.admit(people, of: subject(fixture), now: now.addingTimeInterval(70)).allSatisfy { $0 == nil })
    }

    @Test("a rule about the gateway itself slows it down altogether")
    func wholeGateway() async throws {
        let fixture = try await fixture()
        let throttle = try await throttle()
        let ses = subject(fixture, gateway: "ses")
        let replies = [GatewayReply(recipient: "a@example.org", kind: .deferred, text: "Throttling: Daily message quota exceeded")]
        await throttle.observe(replies, of: "ses", channel: .email, now: now)
        let refusals = await throttle.admit(["b@example.com"], of: ses, now: now.addingTimeInterval(1))
        #expect(refusals.first??.reason == "gateway ses is paused by its answers")
        #expect(await throttle.admit(["b@example.com"], of: subject(fixture), now: now.addingTimeInterval(1)) == [nil])
    }

    @Test(
        "what was said before a rate was changed does not change it again, whenever it is told; what is about the gateway slows all of it"
    )
    func told() async throws {
        let throttle = try await throttle()
        let adjustments = RateAdjustmentRepository(client: api)
        func replies(at moment: Date) -> [GatewayReply] {
            let text = "421 4.7.28 Our system has detected an unusual rate of unsolicited mail"
            return (0..<3).map { GatewayReply(recipient: "p\($0)@gmail.com", kind: .deferred, text: text, givenAt: moment) }
        }
        await throttle.observe(replies(at: now.addingTimeInterval(-600)), of: "postal", channel: .email, now: now)
        #expect(try await adjustments.list(now: now).map(\.factor) == [0.5])
        let later = now.addingTimeInterval(120)
        for early in [-5.0, 1, 19] {
            await throttle.observe(replies(at: now.addingTimeInterval(early)), of: "postal", channel: .email, now: later)
        }
        #expect(try await adjustments.list(now: later).map(\.factor) == [0.5])
        await throttle.observe(replies(at: now.addingTimeInterval(30)), of: "postal", channel: .email, now: later)
        #expect(try await adjustments.list(now: later).map(\.factor) == [0.25])
        let refusal = GatewayReply(recipient: "", kind: .deferred, text: "away: 421 4.7.0 too many connections")
        await throttle.observe(Array(repeating: refusal, count: 5), of: "smtp", channel: .email, now: later)
        #expect(Set(try await adjustments.list(now: later).map { "\($0.gateway)/\($0.group)" }) == ["postal/google", "smtp/"])
    }

    @Test("without Redis each sender goes on carefully, with a quarter of each limit and of what was slowed down")
    func redisAway() async throws {
        let fixture = try await fixture()
        let limits = GatewayLimitRepository(client: api, time: ManualTime(now))
        _ = try await limits.set(gateway: "smtp", group: "", draft(40, burst: 40))
        let away = RedisClient(configuration: try RedisConfiguration(url: "redis://127.0.0.1:1/0"), logger: logger)
        let throttle = RedisThrottle(client: worker, redis: away, prefix: try TestRedis.current.prefix, logger: logger)
        let people = BucketWorld.people(0..<100)
        let first = await throttle.admit(people, of: subject(fixture), now: now)
        #expect(first.count { $0 == nil } == 0)
        #expect(first.allSatisfy { $0?.until ?? .distantFuture <= now.addingTimeInterval(60) })
        // Ten a second, and the burst is ten.
        #expect(await throttle.admit(people, of: subject(fixture), now: now.addingTimeInterval(60)).count { $0 == nil } == 8)
        #expect(await throttle.admit(people, of: subject(fixture, gateway: "ses"), now: now).allSatisfy { $0 == nil })
        let replies = people.map { GatewayReply(recipient: $0, kind: .deferred, text: "421 4.7.650 The mail server has been throttled") }
        await throttle.observe(replies, of: "ses", channel: .email, now: now)
        let slowed = await throttle.admit(people, of: subject(fixture, gateway: "ses"), now: now.addingTimeInterval(1))
        #expect(slowed.last??.reason == "gateway ses to example.com is slowed down by its answers")
        #expect(await throttle.admit(people, of: subject(fixture, priority: .emergency), now: now).allSatisfy { $0 == nil })
        await away.close()
    }

    @Test("groups of unknown domains are looked up beside the hand-over, kept, and shared")
    func lookups() async throws {
        let fixture = try await fixture()
        let lookup = FixedLookup([
            "firm.example": ["aspmx.l.google.com", "mx.other.example"], "alone.example": ["mx.alone.example"], "none.example": [],
        ])
        let first = try await throttle(lookup: lookup)
        let limits = GatewayLimitRepository(client: api, time: ManualTime(now))
        _ = try await limits.set(gateway: "smtp", group: "google", draft(1, per: 60, burst: 1))
        let recipients = ["a@firm.example", "a@alone.example", "a@none.example", "a@broken.example", "a@gmail.com"]
        #expect(await first.admit(recipients, of: subject(fixture), now: now) == [nil, nil, nil, nil, nil])
        #expect(try await first.keepGroups(now: now) == false)
        #expect(await Set(lookup.asked) == ["firm.example", "alone.example", "none.example", "broken.example"])
        let refusals = await first.admit(recipients, of: subject(fixture), now: now)
        #expect(
            refusals.map { $0?.reason } == ["rate limit of gateway smtp to google", nil, nil, nil, "rate limit of gateway smtp to google"]
        )
        let rows = try await owner.query("SELECT domain, domain_group, exchanger FROM recipient_domains ORDER BY domain")
        #expect(try rows.map { try $0.get("domain") as String } == ["alone.example", "firm.example", "none.example"])
        #expect(try rows.map { try $0.get("domain_group") as String } == ["alone.example", "google", "none.example"])
        // Another sender reads what the first has learnt, without asking.
        let second = try await throttle(lookup: lookup)
        _ = await second.admit(recipients, of: subject(fixture), now: now)
        _ = try await second.keepGroups(now: now)
        #expect(await lookup.asked.count { $0 == "firm.example" } == 1)
        #expect(await second.admit(["b@firm.example"], of: subject(fixture), now: now).first??.reason.hasSuffix("google") == true)
        try await second.tidy(now: now.addingTimeInterval(60 * 86_400))
        #expect(try await owner.query("SELECT FROM recipient_domains").isEmpty)
    }

    @Test("a tenant sees and changes its own limits only, and what is wrong is named")
    func tenantRepository() async throws {
        let (one, other) = (try await fixture(), try await fixture())
        let limits = TenantLimitRepository(client: api, time: ManualTime(now))
        let made = try await limits.set(tenantID: one.tenantID, channel: .email, draft(100, per: 60))
        #expect(made.limit == RateLimit(messages: 100, period: 60, burst: 8))
        let changed = try await limits.set(tenantID: one.tenantID, channel: .email, draft(50, per: 60, burst: 3))
        #expect(changed.id == made.id && changed.limit.burst == 3)
        #expect(try await limits.list(tenantID: one.tenantID) == [changed])
        #expect(try await limits.list(tenantID: other.tenantID).isEmpty)
        await #expect(throws: ThrottlingError.self) {
            try await limits.set(tenantID: other.tenantID, campaignID: one.campaignID, draft(1))
        }
        await #expect(throws: ThrottlingError.self) { try await limits.remove(tenantID: other.tenantID, channel: .email) }
        let error = await #expect(throws: ThrottlingError.self) {
            try await limits.set(tenantID: one.tenantID, channel: .email, RateLimitDraft(messages: 0, period: nil, burst: 1))
        }
        #expect(error?.problems.map(\.field) == ["messages", "period_seconds"])
        let small = await #expect(throws: ThrottlingError.self) {
            try await limits.set(tenantID: one.tenantID, channel: .email, draft(100, burst: 99))
        }
        #expect(small?.problems.map(\.field) == ["burst"])
        try await limits.remove(tenantID: one.tenantID, channel: .email)
        #expect(try await limits.list(tenantID: one.tenantID).isEmpty)
    }

    @Test("reply rules come with defaults that can all be read, are replaced and removed, and are checked")
    func replyRules() async throws {
        let rules = ReplyRuleRepository(client: api, time: ManualTime(now))
        let seeds = try await rules.list()
        let stored: Int = try await owner.query("SELECT count(*)::int AS n FROM reply_rules").one { try $0.get("n") }
        #expect(seeds.count == stored && stored >= 19)
        var draft = ReplyRuleDraft()
        draft.name = "House rule"
        draft.pattern = "450*slow down"
        draft.gateway = "smtp"
        draft.threshold = 2
        draft.window = 60
        draft.action = "pause"
        draft.duration = 300
        draft.position = 1
        let id = UUIDv7.make(at: now)
        let made = try await rules.set(id: id, draft)
        #expect(try await rules.list().first == made)
        draft.isEnabled = false
        #expect(try await rules.set(id: id, draft).isEnabled == false)
        try await rules.remove(id: id)
        await #expect(throws: ThrottlingError.self) { try await rules.remove(id: id) }
        draft = ReplyRuleDraft()
        draft.pattern = "a||b"
        draft.action = "stop"
        draft.factor = 1
        let error = await #expect(throws: ThrottlingError.self) { try await rules.set(id: id, draft) }
        #expect(
            Set(error?.problems.map(\.field) ?? []) == [
                "name", "pattern", "action", "threshold", "window_seconds", "duration_seconds", "factor",
            ]
        )
    }

    @Test("an installation's limits are checked and listed")
    func gatewayRepository() async throws {
        let limits = GatewayLimitRepository(client: api, time: ManualTime(now))
        _ = try await limits.set(gateway: "ses", group: "", draft(14))
        _ = try await limits.set(gateway: "ses", group: "*", draft(600, per: 3_600))
        #expect(try await limits.list().map(\.group) == ["", "*"])
        let error = await #expect(throws: ThrottlingError.self) { try await limits.set(gateway: "S ES", group: "Google", draft(1)) }
        #expect(error?.problems.map(\.field) == ["gateway", "group"])
        try await limits.remove(gateway: "ses", group: "*")
        await #expect(throws: ThrottlingError.self) { try await limits.remove(gateway: "ses", group: "*") }
    }
}
