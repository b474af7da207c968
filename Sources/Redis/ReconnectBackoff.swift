/// How long to wait before the next attempt to connect.
package struct ReconnectBackoff: Sendable, Equatable {
    /// Pause after the first failure.
    package var initial: Duration
    /// No pause is longer.
    package var maximum: Duration

    /// Pauses that double from `initial` up to `maximum`.
    package init(initial: Duration = .milliseconds(50), maximum: Duration = .seconds(2)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The pause after some failures in a row: doubled each time, capped, then a random half to whole of it,
    /// so that many clients do not come back at the same moment.
    package func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let ceiling = min(initial * (1 << doublings), maximum)
        return ceiling * Double.random(in: 0.5...1, using: &generator)
    }
}
