import FoundationEssentials

/// What waits of a tenant, by class, and what became of the rest lately.
package struct QueueStats: Sendable, Equatable {
    /// Messages of one class of the queue, or of all.
    package struct Lane: Sendable, Equatable {
        /// Senders have them in hand.
        package var active = 0
        /// They are due, and nobody has them in hand.
        package var waiting = 0
        /// They are due later: planned so.
        package var scheduled = 0
        /// They were tried, and are tried again later.
        package var deferred = 0
        /// They would be due, and are held back by a pause.
        package var held = 0
        /// When the oldest of those that wait was due.
        package var oldestDue: Date?

        /// Later, for whatever reason.
        package var delayed: Int { scheduled + deferred }
        package var total: Int { active + waiting + delayed + held }

        mutating func add(_ other: Lane) {
            active += other.active
            waiting += other.waiting
            scheduled += other.scheduled
            deferred += other.deferred
            held += other.held
            oldestDue = [oldestDue, other.oldestDue].compactMap(\.self).min()
        }
    }

    /// By class, the channel beside it.
    package struct Part: Sendable, Equatable {
        package let priority: Int
        package let channel: String
        package let lane: Lane
    }

    package let parts: [Part]
    /// Handed over, and not known to have been taken yet.
    package let unconfirmed: Int
    /// Whether more messages wait on their own than were counted.
    package let isLowerBound: Bool
    package let ended: [ChannelTotals]
    /// How many hours `ended` covers.
    package let hours: Int

    /// Everything together.
    package var total: Lane { parts.reduce(into: Lane()) { $0.add($1.lane) } }

    /// Everything of a class.
    package func lane(priority: Int) -> Lane {
        parts.filter { $0.priority == priority }.reduce(into: Lane()) { $0.add($1.lane) }
    }

    /// Everything of a channel.
    package func lane(channel: String) -> Lane {
        parts.filter { $0.channel == channel }.reduce(into: Lane()) { $0.add($1.lane) }
    }

    /// How many had an outcome.
    package func ended(_ outcome: String) -> Int64 {
        ended.reduce(0) { $0 + ($1.outcomes[outcome] ?? 0) }
    }
}
