import Redis

/// Counts callers in Redis, so that all processes count together: ``CellRate`` as one script, by the clock of Redis.
struct SharedRate: Sendable {
    private static let script = RedisScript(
        """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
        local start = tonumber(redis.call('GET', KEYS[1]) or now)
        if start < now then start = now end
        local wait = start + interval - tolerance - now
        if wait > 0 then return {start - now, wait} end
        local arrival = start + interval
        redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
        return {arrival - now, 0}
        """
    )

    let redis: RedisClient

    /// Counts a request.
    ///
    /// - Throws: `RedisError` when nothing was counted.
    func count(_ key: String, rate: CellRate) async throws -> RateStanding {
        let reply = try await redis.eval(
            Self.script,
            keys: ["comm_rate:\(key)"],
            arguments: [Array(String(rate.interval).utf8), Array(String(rate.tolerance).utf8)]
        )
        guard case .array(let numbers) = reply, numbers.count == 2, let ahead = numbers[0].int, let wait = numbers[1].int else {
            throw RedisError(.protocol, "the rate script gave no pair of numbers")
        }
        return CellRate.standing(rate, ahead: Int64(ahead), wait: Int64(wait))
    }
}
