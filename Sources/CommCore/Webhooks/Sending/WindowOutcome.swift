import FoundationEssentials

/// What follows from the requests of a window: what is done, what is tried again and when, how the endpoint stands.
///
/// A pure function of what was to be sent and what came of it.
struct WindowOutcome: Sendable {
    /// An endpoint that took nothing for so long is disabled.
    static let patienceWithEndpoint: TimeInterval = 5 * 86_400

    /// A line of the delivery log.
    struct Attempt: Sendable {
        enum Word: String, Sendable {
            case delivered, failed
            case givenUp = "given_up"
        }

        let delivery: WebhookDelivery
        let result: WebhookResult
        let outcome: Word
        let retryAt: Date?
    }

    /// A delivery that waits.
    struct Waiting: Sendable {
        let delivery: WebhookDelivery
        let attempts: Int
        let firstAttemptAt: Date?
        let dueAt: Date
    }

    private(set) var attempts: [Attempt] = []
    /// Pending rows that are over.
    private(set) var finished: [UUID] = []
    private(set) var waiting: [Waiting] = []
    /// What is held up, and until when.
    private(set) var blocked: [UUID: Date] = [:]
    /// Of the feed: everything up to here is done or waits.
    private(set) var position: Int64
    private(set) var dueAt: Date
    private(set) var failures: Int
    private(set) var failingSince: Date?
    private(set) var lastError: String?
    private(set) var disabled: WebhookEndpoint.DisabledReason?
    private(set) var isSlow: Bool

    /// A mean latency from which on an endpoint counts as slow.
    private static let slow: Duration = .seconds(2)

    /// - Parameter results: in the order in which they came; of deliveries that are missing nothing was sent.
    init(
        _ window: WebhookWindow,
        results: [(id: UUID, result: WebhookResult)],
        lease: WebhookLease,
        schedule: RetrySchedule,
        startedAt: Date,
        now: Date,
        using random: inout some RandomNumberGenerator
    ) {
        position = lease.state.position
        dueAt = lease.state.dueAt
        (failures, failingSince) = (lease.state.failures, lease.state.failingSince)
        isSlow = lease.isSlow
        let deliveries = Dictionary(window.deliveries.map { ($0.id, $0) }) { first, _ in first }
        for (id, result) in results {
            guard let delivery = deliveries[id] else { continue }
            count(result, of: delivery, schedule: schedule, now: now, using: &random)
            let retryAt = decide(result, on: delivery, schedule: schedule, now: now, using: &random)
            if let retryAt, delivery.holds { blocked[Self.key(delivery, lease)] = retryAt }
        }
        settle(window, attempted: Set(results.map(\.id)), lease: lease, now: now)
        pace(results, lease: lease, startedAt: startedAt)
        if disabled == nil, let failingSince, now.timeIntervalSince(failingSince) >= Self.patienceWithEndpoint { disabled = .failing }
    }

    /// What has to stay in order: everything, or what is about the same message.
    static func key(_ delivery: WebhookDelivery, _ lease: WebhookLease) -> UUID {
        lease.ordering == .endpoint ? lease.endpointID : delivery.lane
    }

    /// How the endpoint stands.
    private mutating func count(
        _ result: WebhookResult,
        of delivery: WebhookDelivery,
        schedule: RetrySchedule,
        now: Date,
        using random: inout some RandomNumberGenerator
    ) {
        if result.kind == .delivered {
            (failures, failingSince, lastError) = (0, nil, nil)
            return
        }
        lastError = result.error
        // A test that fails says nothing new, and its time is its own.
        guard delivery.kind != .test else { return }
        failures += 1
        failingSince = failingSince ?? now
        if result.kind == .gone { disabled = .gone }
        guard result.kind == .outage else { return }
        let pause = now.addingTimeInterval(schedule.pause(afterFailure: failures, using: &random).seconds)
        dueAt = max(dueAt, pause, result.retryAfter ?? pause)
    }

    /// What becomes of the delivery; the time of its next attempt, if there is one.
    private mutating func decide(
        _ result: WebhookResult,
        on delivery: WebhookDelivery,
        schedule: RetrySchedule,
        now: Date,
        using random: inout some RandomNumberGenerator
    ) -> Date? {
        let (number, first) = (delivery.attempts + 1, delivery.firstAttemptAt ?? now)
        var retryAt: Date?
        if result.kind != .delivered, delivery.kind != .test {
            retryAt = schedule.retry(
                afterFailure: number,
                firstAttemptAt: first,
                notBefore: result.retryAfter,
                now: now,
                using: &random
            )
        }
        let word: Attempt.Word = result.kind == .delivered ? .delivered : retryAt == nil ? .givenUp : .failed
        attempts.append(Attempt(delivery: delivery, result: result, outcome: word, retryAt: retryAt))
        guard let retryAt else {
            if delivery.isPending { finished.append(delivery.id) }
            return nil
        }
        waiting.append(Waiting(delivery: delivery, attempts: number, firstAttemptAt: first, dueAt: retryAt))
        return retryAt
    }

    /// The place in the feed, and what was passed over on the way there.
    private mutating func settle(_ window: WebhookWindow, attempted: Set<UUID>, lease: WebhookLease, now: Date) {
        let live = window.deliveries.filter { !$0.isPending }
        func isPassed(_ delivery: WebhookDelivery) -> Bool {
            attempted.contains(delivery.id) || window.held[Self.key(delivery, lease)] != nil
        }
        let last = live.lastIndex(where: isPassed)
        if live.allSatisfy(isPassed) {
            position = window.position
        } else if let last, let reached = live[last].position {
            position = reached
        }
        let passed = live.prefix((last ?? -1) + 1) + window.deliveries.filter { $0.isPending && $0.holds }
        for delivery in passed where !attempted.contains(delivery.id) {
            let key = Self.key(delivery, lease)
            waiting.append(
                Waiting(
                    delivery: delivery,
                    attempts: delivery.attempts,
                    firstAttemptAt: delivery.firstAttemptAt,
                    dueAt: blocked[key] ?? window.held[key] ?? now
                )
            )
        }
    }

    private mutating func pace(_ results: [(id: UUID, result: WebhookResult)], lease: WebhookLease, startedAt: Date) {
        guard !results.isEmpty else { return }
        isSlow = results.reduce(Duration.zero) { $0 + $1.result.latency } / results.count > Self.slow
        if let rate = lease.maxPerSecond {
            dueAt = max(dueAt, startedAt.addingTimeInterval(Double(results.count) / Double(rate)))
        }
    }
}
