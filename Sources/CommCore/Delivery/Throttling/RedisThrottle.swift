import FoundationEssentials
import Logging
import Metrics
import Postgres
import Redis

/// The limits of all senders together: buckets in Redis, limits and what was learnt in PostgreSQL.
///
/// With Redis away each sender is careful by itself, with the database away the last known limits count. Nothing stops.
package final class RedisThrottle: MessageThrottle {
    private let book: RateBookCache
    private let shared: SharedBuckets
    private let local = LocalBuckets()
    private let counter: ReplyCounter
    private let adjustments: RateAdjustmentRepository
    private let groups = DomainGroupCache()
    private let keeper: DomainGroupKeeper
    private let logger: Logger
    private let alone = Counter(label: "comm_throttle_local_total")

    /// - Parameters:
    ///   - lookup: asks the DNS for mail exchangers; nil: groups are known of the domains that everybody knows.
    ///   - prefix: what keys in Redis begin with.
    package init(client: PostgresClient, redis: RedisClient, lookup: (any MXLookup)? = nil, prefix: String = "comm", logger: Logger) {
        book = RateBookCache(repository: RateBookRepository(client: client), logger: logger)
        shared = SharedBuckets(redis: redis, prefix: prefix)
        counter = ReplyCounter(redis: redis, prefix: prefix)
        adjustments = RateAdjustmentRepository(client: client)
        keeper = DomainGroupKeeper(cache: groups, repository: RecipientDomainRepository(client: client), lookup: lookup)
        self.logger = logger
    }

    package func admit(_ recipients: [String], of subject: ThrottleSubject, now: Date) async -> [ThrottleRefusal?] {
        guard !recipients.isEmpty else { return [] }
        let book = await book.book(now: now)
        let isEmergency = BucketPlan.Urgency(priority: subject.priority) == .emergency
        let limits = isEmergency ? SubjectLimits() : await self.book.limits(of: subject, now: now)
        let plan = BucketPlan(
            recipients: recipients,
            groups: groups(of: recipients, subject.channel, book, now: now),
            subject: subject,
            book: book,
            limits: limits,
            prefix: shared.prefix
        )
        let verdicts = await verdicts(on: plan, now: now.microseconds)
        ThrottleCounts.count(verdicts, plan: plan)
        return verdicts.map { $0.map { ThrottleRefusal($0, plan: plan) } }
    }

    package func observe(_ replies: [GatewayReply], of gateway: String, channel: Channel, now: Date) async {
        let told = replies.filter { ($0.kind == .deferred || $0.kind == .refused) && !$0.text.isEmpty }
        guard !told.isEmpty else { return }
        let book = await book.book(now: now)
        let groups = groups(of: told.map(\.recipient), channel, book, now: now)
        for (match, count) in ReplyMatch.count(told, groups: groups, gateway: gateway, book: book) {
            let fires = await counter.add(count, to: match.rule, gateway: gateway, group: match.group, now: now.microseconds)
            if fires { await slowDown(match.rule, gateway: gateway, group: match.group, book: book, now: now) }
        }
    }

    /// Looks up the groups of domains that were met; a duty of its own.
    ///
    /// - Returns: whether there may be more.
    package func keepGroups(now: Date) async throws -> Bool {
        try await keeper.step(groups: await book.book(now: now).groups, now: now)
    }

    /// Forgets what has long been over; now and then.
    package func tidy(now: Date) async throws {
        let before = now.addingTimeInterval(-30 * 86_400)
        try await adjustments.purge(before: before)
        _ = try await keeper.repository.purge(before: before, limit: 5_000)
    }

    /// Only mail has domains.
    private func groups(of recipients: [String], _ channel: Channel, _ book: RateBook, now: Date) -> [String] {
        channel == .email ? groups.groups(of: recipients, groups: book.groups, now: now) : []
    }

    private func verdicts(on plan: BucketPlan, now: Int64) async -> [BucketVerdict?] {
        do {
            return try await shared.pass(plan, now: now)
        } catch {
            alone.increment()
            logger.debug("messages are counted by this process alone", metadata: ["error": "\(error)"])
            return local.pass(plan, now: now)
        }
    }

    private func slowDown(_ rule: ReplyRule, gateway: String, group: String, book: RateBook, now: Date) async {
        let seen = (try? await shared.rateSeen(gateway: gateway, group: group)) ?? 0
        let configured = book.limit(gateway: gateway, group: group)?.interval ?? 0
        let base = max(configured, RateAdjustment.baseInterval(seenInMinute: seen))
        do {
            let done = try await adjustments.apply(rule, gateway: gateway, group: group, baseInterval: base, now: now)
            guard let done else { return }
            announce(done, rule)
            // Without Redis the others read it from the database, some seconds later.
            try? await shared.publish(done)
        } catch {
            // Better this process alone than nobody: the rule fires for the others when they hear the same.
            logger.warning("an adjustment is not shared", metadata: ["gateway": "\(gateway)", "group": "\(group)", "error": "\(error)"])
            let current = book.adjustment(gateway: gateway, group: group)
            let moment = now.microseconds
            self.book.note(
                .after(rule, gateway: gateway, group: group, current: current, baseInterval: base, now: moment)
            )
        }
    }

    private func announce(_ adjustment: RateAdjustment, _ rule: ReplyRule) {
        book.note(adjustment)
        Counter(
            label: "comm_throttle_adjustments_total",
            dimensions: [("gateway", adjustment.gateway), ("action", rule.action.rawValue)]
        ).increment()
        logger.warning(
            "answers of a gateway change its rate",
            metadata: [
                "gateway": "\(adjustment.gateway)", "group": "\(adjustment.group)", "rule": "\(rule.name)",
                "action": "\(rule.action.rawValue)", "factor": "\(adjustment.factor)",
                "over_at": "\(ISO8601.string(from: Date(microseconds: adjustment.overAt)))",
            ]
        )
    }
}
