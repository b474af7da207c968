/// Exponential backoff with jitter: a pure function of the attempt and of the random numbers passed in.
package struct Backoff: Sendable, Equatable {
    /// Pause after the first failure.
    package let initial: Duration
    /// No pause is longer.
    package let maximum: Duration

    package init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The pause after the given failure (1 is the first): doubling, capped, of which a random half is taken off, so that many who
    /// failed together do not come back together.
    package func pause(afterFailure attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let doubled = initial * (1 << min(max(attempt, 1) - 1, 30))
        let full = min(doubled, maximum)
        return full * Double.random(in: 0.5...1, using: &random)
    }
}
