/// So many messages in so much time, and so many at once after a rest.
package struct RateLimit: Sendable, Hashable {
    /// What a limit may be.
    package static let messageRange = 1...10_000_000
    package static let periodRange = 1...86_400
    /// Seconds of the rate that make the burst of a limit that names none.
    private static let usualBurst = 5

    package let messages: Int
    /// Seconds.
    package let period: Int
    package let burst: Int

    package init(messages: Int, period: Int, burst: Int? = nil) {
        self.messages = messages
        self.period = period
        self.burst = burst ?? Self.least(messages: messages, period: period, seconds: Self.usualBurst)
    }

    /// Microseconds between two messages at the steady rate; rounded up, so that the rate is never exceeded.
    package var interval: Int64 {
        max(1, (Int64(period) * 1_000_000 + Int64(messages) - 1) / Int64(messages))
    }

    /// What one sender alone may do while nobody can ask the others.
    func share(of senders: Int) -> RateLimit {
        RateLimit(messages: messages, period: period * senders, burst: max(1, burst / senders))
    }

    /// What the rate gives in so many seconds, but at least 1: messages come back in rounds, and a smaller burst would waste the rate.
    static func least(messages: Int, period: Int, seconds: Int) -> Int {
        max(1, messages * seconds / max(1, period))
    }
}
