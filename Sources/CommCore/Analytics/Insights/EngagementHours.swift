import FoundationEssentials

/// First opens and clicks by weekday and hour of the clock.
package struct EngagementHours: Sendable, Equatable {
    package struct Slot: Sendable, Equatable {
        /// 1 is Monday.
        package let weekday: Int
        package let hour: Int
        package let opened: Int
        package let clicked: Int
    }

    /// Those in which something happened, the busiest first.
    package let slots: [Slot]

    init(_ activity: [(at: Date, opened: Int, clicked: Int)], in zone: ReportZone) {
        struct Key: Hashable {
            let weekday: Int
            let hour: Int
        }
        var sums: [Key: (opened: Int, clicked: Int)] = [:]
        for quarter in activity {
            let (weekday, hour) = zone.weekdayAndHour(of: quarter.at)
            let known = sums[Key(weekday: weekday, hour: hour)] ?? (0, 0)
            sums[Key(weekday: weekday, hour: hour)] = (known.opened + quarter.opened, known.clicked + quarter.clicked)
        }
        slots = sums.map { Slot(weekday: $0.key.weekday, hour: $0.key.hour, opened: $0.value.opened, clicked: $0.value.clicked) }
            .sorted {
                ($1.opened + $1.clicked, $0.weekday, $0.hour) < ($0.opened + $0.clicked, $1.weekday, $1.hour)
            }
    }
}
