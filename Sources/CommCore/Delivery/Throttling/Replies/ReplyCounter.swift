import FoundationEssentials
import Redis
import Synchronization

/// Counts answers that a rule is about, in Redis for all senders together; in this process alone while Redis is away.
struct ReplyCounter: Sendable {
    private static let script = RedisScript(
        """
        local now, added, threshold, window, quiet = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local kept = redis.call('HMGET', KEYS[1], 'w', 'c', 'l')
        local since, seen, silent = tonumber(kept[1] or ''), tonumber(kept[2] or '') or 0, tonumber(kept[3] or '') or 0
        if now < silent then return 0 end
        if not since or now - since >= window then since, seen = now, 0 end
        seen = seen + added
        local fires = seen >= threshold
        if fires then since, seen, silent = now, 0, now + quiet end
        local function text(n) return string.format('%.0f', n) end
        redis.call('HSET', KEYS[1], 'w', text(since), 'c', text(seen), 'l', text(silent))
        redis.call('PEXPIRE', KEYS[1], math.ceil((window + quiet) / 1000) + 1000)
        return fires and 1 or 0
        """
    )

    private struct Count {
        var since: Int64
        var seen: Int
        var silentUntil: Int64
    }

    /// Counters of this process.
    private final class Local: Sendable {
        static let most = 5_000
        let counts = Mutex<[String: Count]>([:])
    }

    let redis: RedisClient
    let prefix: String
    private let local = Local()

    init(redis: RedisClient, prefix: String) {
        self.redis = redis
        self.prefix = prefix
    }

    /// Adds answers; true when the rule's threshold was reached by them.
    func add(_ count: Int, to rule: ReplyRule, gateway: String, group: String, now: Int64) async -> Bool {
        let key = "\(prefix):limit:r:\(rule.id.uuidString.lowercased()):\(gateway):\(group)"
        let numbers = [now, Int64(count), Int64(rule.threshold), Int64(rule.window) * 1_000_000, Int64(RateAdjustment.quiet) * 1_000_000]
        do {
            return try await redis.eval(Self.script, keys: [key], arguments: numbers.map { Array(String($0).utf8) }).int == 1
        } catch {
            return addLocally(count, to: rule, key: key, now: now)
        }
    }

    private func addLocally(_ count: Int, to rule: ReplyRule, key: String, now: Int64) -> Bool {
        local.counts.withLock { counts in
            if counts.count >= Local.most, counts[key] == nil { counts = [:] }
            var kept = counts[key] ?? Count(since: now, seen: 0, silentUntil: 0)
            guard now >= kept.silentUntil else { return false }
            if now - kept.since >= Int64(rule.window) * 1_000_000 { (kept.since, kept.seen) = (now, 0) }
            kept.seen += count
            let fires = kept.seen >= rule.threshold
            if fires { kept = Count(since: now, seen: 0, silentUntil: now + Int64(RateAdjustment.quiet) * 1_000_000) }
            counts[key] = kept
            return fires
        }
    }
}
