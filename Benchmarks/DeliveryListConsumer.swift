import Foundation
import Redis

/// The fastest possible reader of the delivery list: it drops what is there, inside Redis, and counts.
struct DeliveryListConsumer: Sendable {
    let redis: RedisClient
    let list: String

    private static let drop = RedisScript(
        """
        local length = redis.call('LLEN', KEYS[1])
        redis.call('UNLINK', KEYS[1])
        return length
        """
    )

    /// Drops what is there.
    func dropAll() async throws {
        _ = try await redis.eval(Self.drop, keys: [list], arguments: [])
    }

    /// Drops jobs until so many have come.
    ///
    /// - Returns: up to 500 of the first jobs, as samples.
    /// - Throws: when they have not come within five minutes.
    func consume(_ count: Int) async throws -> [[UInt8]] {
        var samples: [[UInt8]] = []
        var taken = 0
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(300)
        while taken < count {
            guard clock.now < deadline else { throw BenchError("only \(taken) of \(count) jobs came within five minutes") }
            if samples.isEmpty {
                let reply = try await redis.send(RedisCommand("LRANGE", [.string(list), "0", "499"]))
                samples = reply.array?.compactMap(\.bytes) ?? []
            }
            taken += Int(try await redis.eval(Self.drop, keys: [list], arguments: []).int ?? 0)
            if taken < count { try await Task.sleep(for: .milliseconds(5)) }
        }
        guard taken == count else { throw BenchError("\(taken) jobs came, \(count) were planned") }
        return samples
    }
}
