import FoundationEssentials

/// How fast a campaign's recipients reacted.
package struct EngagementTimeline: Sendable, Equatable {
    /// What happened in one hour after the hand-over.
    package struct Step: Sendable, Equatable {
        /// Whole hours since then; ``lastHour`` is that one and all later ones.
        package let hour: Int
        package let opens: Int
        package let opened: Int
        package let clicks: Int
        package let clicked: Int
        package let unsubscribed: Int
    }

    /// Thirty days.
    package static let lastHour = 720

    package let startedAt: Date?
    package let delivered: Int
    /// Hours in which something happened, ascending.
    package let steps: [Step]
    package let progress: ReportProgress

    /// The first hour by whose end this part (of 1) of all messages that were ever opened had been; nil when none was.
    package func hours(untilShare share: Double, of value: (Step) -> Int) -> Int? {
        let whole = steps.reduce(0) { $0 + value($1) }
        guard whole > 0 else { return nil }
        var sum = 0
        for step in steps {
            sum += value(step)
            if Double(sum) >= share * Double(whole) { return step.hour + 1 }
        }
        return nil
    }
}
