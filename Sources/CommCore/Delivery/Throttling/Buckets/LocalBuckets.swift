import Synchronization

/// The buckets of this process alone, for while Redis is away: each is a share of the limit, and begins with one token.
///
/// Who has to wait is spread over the times at which there will be room, but no longer than ``longestWait``: Redis may be back by then.
final class LocalBuckets: Sendable {
    /// How many senders there are supposed to be.
    static let senders = 4
    static let longestWait: Int64 = 60_000_000
    /// Buckets that are remembered; beyond it the idle ones are forgotten, then all.
    private static let most = 20_000

    private struct State {
        var bucket: CellBucket
        /// Last time that somebody was told.
        var told: Int64
    }

    private let states = Mutex<[String: State]>([:])

    /// Takes a batch through its buckets, all in one step.
    func pass(_ plan: BucketPlan, now: Int64) -> [BucketVerdict?] {
        states.withLock { states in
            Self.prune(&states, now: now)
            var pauses: [Int: Int64] = [:]
            var causes: [Int: BucketVerdict.Cause] = [:]
            var limited: Set<Int> = []
            for (number, bucket) in plan.buckets.enumerated() {
                if let adjustment = bucket.adjustment, adjustment.factor(at: now) < 1 {
                    causes[number] = adjustment.pausedUntil > now ? .paused : .slowed
                    if adjustment.pausedUntil > now { pauses[number] = adjustment.pausedUntil }
                }
                guard let (interval, burst) = bucket.localRate(at: now) else { continue }
                limited.insert(number)
                let known = states[bucket.key]
                states[bucket.key] = State(
                    bucket: known?.bucket.adapted(interval: interval, burst: burst)
                        ?? CellBucket(interval: interval, burst: burst, now: now),
                    told: known?.told ?? 0
                )
            }
            return plan.own.map { own in
                var wait: (until: Int64, bucket: Int)?
                var passed = Array(0..<plan.common)
                if own > 0 { passed.append(own - 1) }
                passed.removeAll { !limited.contains($0) }
                for number in passed where plan.urgency != .emergency {
                    guard let state = states[plan.buckets[number].key] else { continue }
                    let spare = plan.urgency == .bulk ? state.bucket.burst / 4 : 0
                    let soonest = max(state.bucket.soonest(now: now, spare: spare), pauses[number] ?? 0)
                    if soonest > now, soonest > wait?.until ?? 0 { wait = (soonest, number) }
                }
                guard let wait else {
                    for number in passed { states[plan.buckets[number].key]?.bucket.take(now: now) }
                    return nil
                }
                let key = plan.buckets[wait.bucket].key
                let next = max(wait.until, (states[key]?.told ?? 0) + (states[key]?.bucket.interval ?? 0))
                let until = min(next, now + Self.longestWait)
                states[key]?.told = until
                return BucketVerdict(until: until, bucket: wait.bucket, cause: causes[wait.bucket] ?? .limit)
            }
        }
    }

    private static func prune(_ states: inout [String: State], now: Int64) {
        guard states.count >= most else { return }
        states = states.filter { $0.value.bucket.full > now }
        if states.count >= most { states = [:] }
    }
}

extension BucketPlan.Bucket {
    /// Interval and burst of one process; nil: no limit.
    fileprivate func localRate(at now: Int64) -> (interval: Int64, burst: Int)? {
        let share = limit?.share(of: LocalBuckets.senders)
        guard let adjustment, adjustment.factor(at: now) < 1 else { return share.map { ($0.interval, $0.burst) } }
        let base = max(share?.interval ?? 0, adjustment.baseInterval * Int64(LocalBuckets.senders))
        let interval = Int64((Double(base) / adjustment.factor(at: now)).rounded(.up))
        return (interval, max(1, min(share?.burst ?? .max, Int(5_000_000 / interval))))
    }
}
