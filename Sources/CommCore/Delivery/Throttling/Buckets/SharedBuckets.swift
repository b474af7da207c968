import FoundationEssentials
import Redis

/// The buckets in Redis, which all senders share.
struct SharedBuckets: Sendable {
    /// Messages in one call of the script, so that it never holds up the server for long.
    static let slice = 2_000

    let redis: RedisClient
    let prefix: String
    var longestLine = BucketScript.longestLine
    var longestWait = BucketScript.longestWait

    /// Takes a batch through its buckets; nil: the message may go, and counts as gone.
    ///
    /// - Throws: `RedisError`; then nothing of this call was counted, or whether it was is unknown.
    func pass(_ plan: BucketPlan, now: Int64) async throws -> [BucketVerdict?] {
        var verdicts: [BucketVerdict?] = []
        var start = 0
        while start < plan.own.count {
            let end = min(start + Self.slice, plan.own.count)
            verdicts += try await pass(plan, start..<end, now: now)
            start = end
        }
        return verdicts
    }

    private func pass(_ plan: BucketPlan, _ range: Range<Int>, now: Int64) async throws -> [BucketVerdict?] {
        let reply = try await redis.eval(
            BucketScript.script,
            keys: [BucketKey.born(prefix: prefix)] + plan.buckets.map(\.key),
            arguments: arguments(plan, range, now: now)
        )
        if reply.int == 0 { return Array(repeating: nil, count: range.count) }
        guard let numbers = reply.array, numbers.count == 2 * range.count else {
            throw RedisError(.protocol, "the limits' script gave no verdicts")
        }
        return try range.indices.map { index in
            let offset = 2 * (index - range.lowerBound)
            guard let until = numbers[offset].int, let code = numbers[offset + 1].int else {
                throw RedisError(.protocol, "the limits' script gave no number")
            }
            guard until > 0 else { return nil }
            let cause = BucketVerdict.Cause(rawValue: Int(code & 7)) ?? .limit
            return BucketVerdict(until: until, bucket: Int(code >> 3) - 1, cause: cause)
        }
    }

    private func arguments(_ plan: BucketPlan, _ range: Range<Int>, now: Int64) -> [[UInt8]] {
        var arguments = [
            String(now), String(plan.urgency.rawValue), plan.flow, String(longestLine), String(longestWait), String(plan.common),
        ].map { Array($0.utf8) }
        for bucket in plan.buckets {
            arguments.append(Array(String(bucket.limit?.interval ?? 0).utf8))
            arguments.append(Array(String(bucket.limit?.burst ?? 0).utf8))
            arguments.append(Array((bucket.isAdaptive ? bucket.adjustment?.wire ?? "" : "-").utf8))
        }
        var messages: [UInt8] = []
        messages.reserveCapacity(range.count * 10)
        for index in range {
            messages.append(UInt8(truncatingIfNeeded: plan.own[index] >> 8))
            messages.append(UInt8(truncatingIfNeeded: plan.own[index]))
            withUnsafeBytes(of: plan.identities[index].littleEndian) { messages.append(contentsOf: $0) }
        }
        return arguments + [messages]
    }

    /// What a gateway and a group were given lately: messages in the busier of the last two minutes.
    func rateSeen(gateway: String, group: String) async throws -> Int {
        let key = BucketKey.gateway(gateway, group: group, prefix: prefix)
        let counts = try await redis.send(RedisCommand("HMGET", [.string(key), "c", "q"])).array ?? []
        return counts.compactMap { $0.int.map(Int.init) }.max() ?? 0
    }

    /// Tells all senders of an adjustment at once.
    func publish(_ adjustment: RateAdjustment) async throws {
        let key = BucketKey.gateway(adjustment.gateway, group: adjustment.group, prefix: prefix) + ":a"
        _ = try await redis.send(RedisCommand("SET", [.string(key), .string(adjustment.wire), "PX", "86400000"]))
    }
}
