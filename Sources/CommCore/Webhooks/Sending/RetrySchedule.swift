import FoundationEssentials

/// When a delivery that failed is tried again: a list of pauses, and how long it goes on.
package struct RetrySchedule: Sendable, Equatable {
    /// Within a quarter of an hour five times, then less often, every hour in the end.
    package static let standard = RetrySchedule(
        pauses: [.seconds(5), .seconds(30), .seconds(120), .seconds(300), .seconds(600), .seconds(1_800), .seconds(3_600)],
        patience: .seconds(24 * 3_600)
    )

    /// After the first failure, the second, …; the last one goes for all further ones.
    let pauses: [Duration]
    /// A delivery is given up when this has passed since its first attempt.
    let patience: Duration

    package init(pauses: [Duration], patience: Duration) {
        self.pauses = pauses
        self.patience = patience
    }

    /// The pause after the given failure (1 is the first), of which up to a fifth is taken off or added, so that many that failed together
    /// do not come back together.
    func pause(afterFailure attempt: Int, using random: inout some RandomNumberGenerator) -> Duration {
        guard let last = pauses.last else { return .zero }
        let index = max(attempt, 1) - 1
        return (index < pauses.count ? pauses[index] : last) * Double.random(in: 0.8...1.2, using: &random)
    }

    /// When to try again; nil when there is no time left.
    func retry(
        afterFailure attempt: Int,
        firstAttemptAt: Date,
        notBefore: Date?,
        now: Date,
        using random: inout some RandomNumberGenerator
    ) -> Date? {
        var next = now.addingTimeInterval(pause(afterFailure: attempt, using: &random).seconds)
        if let notBefore { next = max(next, notBefore) }
        let end = firstAttemptAt.addingTimeInterval(patience.seconds)
        // The last try is at the very end, and not as long before it as a pause takes.
        if next > end, now < end.addingTimeInterval(-60) { next = end }
        return next <= end ? next : nil
    }
}
