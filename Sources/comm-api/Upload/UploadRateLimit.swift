import CommCore
import FoundationEssentials
import Redis

/// Counts a tenant's uploads of contact files in Redis, under the contract's key.
struct UploadRateLimit: Sendable {
    /// Where a tenant stands after an upload was counted.
    struct Standing: Sendable, Equatable {
        let limit: Int
        /// Uploads within the window, this one included.
        let used: Int
        /// Until the count begins anew.
        let secondsLeft: Int

        var remaining: Int { max(0, limit - used) }
        var isExceeded: Bool { used > limit }
    }

    static let windowMinutes = 15

    /// A key that lost its end gets a new one, so that nobody is locked out for good.
    private static let script = RedisScript(
        """
        local used = redis.call('INCR', KEYS[1])
        local left = redis.call('PTTL', KEYS[1])
        if left < 0 then
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            left = tonumber(ARGV[1])
        end
        return {used, left}
        """
    )

    let redis: RedisClient
    /// Uploads in the window; 0 for any number.
    let limit: Int

    /// Counts an upload; nil when nothing is limited.
    func count(tenantID: UUID) async throws -> Standing? {
        guard limit > 0 else { return nil }
        let reply = try await redis.eval(
            Self.script,
            keys: ["csv_upload_rate_limit:\(tenantID.uuidString.lowercased())"],
            arguments: [Array(String(Self.windowMinutes * 60_000).utf8)]
        )
        guard case .array(let numbers) = reply, numbers.count == 2, let used = numbers[0].int, let left = numbers[1].int else { return nil }
        return Standing(limit: limit, used: Int(used), secondsLeft: Int((left + 999) / 1_000))
    }
}
