/// How long to wait before the next attempt to reach the server.
enum Backoff {
    private static let base = 0.05
    private static let cap = 2.0

    /// Half to all of 50 ms × 2^(attempt − 1), at most 2 s; `attempt` counts from 1.
    static func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        var ceiling = base
        for _ in 1..<max(2, min(attempt, 8)) where attempt > 1 { ceiling = min(cap, ceiling * 2) }
        return .seconds(Double.random(in: ceiling / 2...ceiling, using: &generator))
    }
}
