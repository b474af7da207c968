import FoundationEssentials

/// How long messages of a class wait for their next attempt, and when they are given up.
///
/// The pause is as long as the message has waited so far (so it doubles), within the bounds of its class, and a random part is taken off.
package struct RetryPolicy: Sendable, Equatable {
    /// Bounds of the pause (seconds).
    package let shortest: TimeInterval
    package let longest: TimeInterval
    /// A message that still waits at this age is given up (seconds).
    package let maximumAge: TimeInterval

    package init(shortest: TimeInterval, longest: TimeInterval, maximumAge: TimeInterval) {
        self.shortest = shortest
        self.longest = longest
        self.maximumAge = maximumAge
    }

    /// The policy of a class of the queue: what is urgent is tried often, and is soon of no use.
    package static func of(_ priority: Int16) -> RetryPolicy {
        switch Priority(rawValue: priority) {
        case .emergency: RetryPolicy(shortest: 1, longest: 60, maximumAge: 3600)
        case .alert: RetryPolicy(shortest: 5, longest: 300, maximumAge: 6 * 3600)
        case .transactional: RetryPolicy(shortest: 10, longest: 900, maximumAge: 24 * 3600)
        case .newsletter, .campaign, nil: RetryPolicy(shortest: 60, longest: 4 * 3600, maximumAge: 48 * 3600)
        }
    }

    /// - Parameter since: from when on the message's age counts.
    package func next(since: Date, now: Date, using random: inout some RandomNumberGenerator) -> Date {
        let pause = min(max(now.timeIntervalSince(since), shortest), longest)
        return now.addingTimeInterval(pause * Double.random(in: 0.75...1, using: &random))
    }
}
