import FoundationEssentials

/// What answers of a gateway have done to its rate, for a group of domains or altogether.
///
/// It is paused, then goes on slowly, and the rate doubles with each step until it is whole again: a function of time, so nobody has to
/// take it back. Moments are microseconds.
package struct RateAdjustment: Sendable, Equatable {
    /// Nothing is slowed down further than this.
    static let leastFactor = 0.01
    /// An unlimited rate of which nothing is known, as microseconds between two messages.
    static let slowestBase: Int64 = 1_000_000
    /// How long answers may still be on their way that were caused before a change: they count for nothing.
    static let quiet: TimeInterval = 20

    package let gateway: String
    /// Empty: all of the gateway.
    package let group: String
    /// When it was made; the newer one counts.
    package let version: Int64
    /// 0: never paused.
    package let pausedUntil: Int64
    package let factor: Double
    /// From then on the rate doubles with each step.
    package let holdUntil: Int64
    /// Between two doublings.
    package let step: Int64
    /// Between two messages at the rate that was slowed down.
    package let baseInterval: Int64
    /// Name of the rule that did it.
    package let rule: String

    package init(
        gateway: String,
        group: String,
        version: Int64,
        pausedUntil: Int64,
        factor: Double,
        holdUntil: Int64,
        step: Int64,
        baseInterval: Int64,
        rule: String
    ) {
        self.gateway = gateway
        self.group = group
        self.version = version
        self.pausedUntil = pausedUntil
        self.factor = factor
        self.holdUntil = holdUntil
        self.step = step
        self.baseInterval = baseInterval
        self.rule = rule
    }

    /// Which part of the rate goes on at a moment; during a pause the one that it will begin with.
    package func factor(at moment: Int64) -> Double {
        guard factor < 1, moment >= holdUntil else { return factor }
        // 2^7 is more than 1 / leastFactor.
        let steps = min((moment - holdUntil) / step, 6)
        return min(1, factor * Double(1 << (steps + 1)))
    }

    /// When the rate is whole again.
    package var overAt: Int64 {
        guard factor < 1 else { return version }
        var (value, moment) = (factor * 2, holdUntil)
        while value < 1 { (value, moment) = (value * 2, moment + step) }
        return moment
    }

    package func factor(at moment: Date) -> Double { factor(at: moment.microseconds) }

    package func isPaused(at moment: Date) -> Bool { pausedUntil > moment.microseconds }

    package var pauseEnd: Date { Date(microseconds: pausedUntil) }
    package var changedAt: Date { Date(microseconds: version) }
    package var end: Date { Date(microseconds: overAt) }

    /// As the script reads it.
    var wire: String {
        "\(version) \(pausedUntil) \(factor) \(holdUntil) \(step) \(baseInterval)"
    }
}

extension RateAdjustment {
    /// What a rule makes of the rate, on top of what is in force.
    ///
    /// - Parameter current: of the same gateway and group; may be over.
    static func after(
        _ rule: ReplyRule,
        gateway: String,
        group: String,
        current: RateAdjustment?,
        baseInterval: Int64,
        now: Int64
    ) -> RateAdjustment {
        let inForce = current.flatMap { $0.factor(at: now) < 1 ? $0 : nil }
        let duration = Int64(rule.duration) * 1_000_000
        let resumes = rule.action == .pause ? max(now + duration, inForce?.pausedUntil ?? 0) : inForce?.pausedUntil ?? 0
        return RateAdjustment(
            gateway: gateway,
            group: group,
            version: max(now, (current?.version ?? 0) + 1),
            pausedUntil: resumes,
            factor: max(leastFactor, (inForce?.factor(at: now) ?? 1) * rule.factor),
            holdUntil: max(now, resumes) + duration,
            step: duration,
            // The rate of a gateway that is slowed down already says nothing.
            baseInterval: inForce?.baseInterval ?? baseInterval,
            rule: rule.name
        )
    }

    /// The interval of an unlimited rate, from what was sent in a minute.
    static func baseInterval(seenInMinute count: Int) -> Int64 {
        count > 0 ? min(slowestBase, 60_000_000 / Int64(count)) : slowestBase
    }
}
