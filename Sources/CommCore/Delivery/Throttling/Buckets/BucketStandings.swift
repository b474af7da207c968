import FoundationEssentials
import Redis

/// Where a bucket stands.
package struct BucketStanding: Sendable, Equatable {
    /// Messages that would go at once.
    package let available: Int
    /// Messages that have a place in its line.
    package let waiting: Int
}

/// Reads where buckets stand, for people who look; it takes nothing.
package struct BucketStandings: Sendable {
    private let redis: RedisClient
    private let prefix: String

    package init(redis: RedisClient, prefix: String = "comm") {
        self.redis = redis
        self.prefix = prefix
    }

    /// For each limit in turn; nil while Redis is away.
    package func read(_ limits: [TenantLimit], tenantID: UUID, now: Date) async -> [BucketStanding?] {
        guard !limits.isEmpty else { return [] }
        let commands = limits.flatMap { limit in
            let key =
                limit.campaignID.map { BucketKey.campaign($0, prefix: prefix) }
                ?? BucketKey.tenant(tenantID, channel: limit.channel, prefix: prefix)
            return [RedisCommand("HGET", [.string(key), "t"]), RedisCommand("ZCARD", [.string(key + ":p")])]
        }
        guard let replies = try? await redis.pipeline(commands), replies.count == commands.count else {
            return Array(repeating: nil, count: limits.count)
        }
        return limits.enumerated().map { index, limit in
            let debt = max(0, (replies[2 * index].int ?? 0) - now.microseconds)
            let interval = limit.limit.interval
            let left = max(0, interval * Int64(limit.limit.burst) - debt) / interval
            return BucketStanding(available: Int(left), waiting: Int(replies[2 * index + 1].int ?? 0))
        }
    }
}
