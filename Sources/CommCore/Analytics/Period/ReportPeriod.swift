import FoundationEssentials

/// The time that a report is about, in whole quarters of an hour.
package struct ReportPeriod: Sendable, Equatable {
    package static let quarter: TimeInterval = 900
    /// The most days that one report covers.
    package static let longestDays = 365

    package let from: Date
    /// The first moment after it.
    package let to: Date
    package let zone: ReportZone

    /// Rounds outward: what a quarter holds is counted whole.
    package init(from: Date, to: Date, zone: ReportZone) {
        self.from = Self.floor(from)
        let end = Self.floor(to)
        self.to = end == to ? to : end.addingTimeInterval(Self.quarter)
        self.zone = zone
    }

    /// The last so many days of the zone's calendar; today, as far as it has come, is the last of them.
    package static func last(days: Int, until now: Date, in zone: ReportZone) -> ReportPeriod {
        let today = zone.start(of: .day, at: now)
        return ReportPeriod(from: zone.start(of: .day, 1 - days, after: today), to: now, zone: zone)
    }

    /// The same time, so many days before.
    package func earlier(byDays days: Int) -> ReportPeriod {
        let start = zone.start(of: .day, -days, after: zone.start(of: .day, at: from))
        return ReportPeriod(from: start, to: start.addingTimeInterval(to.timeIntervalSince(from)), zone: zone)
    }

    /// The beginnings of the steps; the first may begin before the period, which then holds a part of it.
    package func starts(of interval: ReportInterval) -> [Date] {
        guard from < to else { return [] }
        switch interval {
        case .hour: return hours()
        case .day: return steps(.day)
        case .week: return steps(.weekOfYear)
        }
    }

    /// How a step that begins at the moment is called.
    package func label(of start: Date, interval: ReportInterval) -> String {
        interval == .hour ? zone.clock(of: start) : zone.day(of: start)
    }

    private func steps(_ unit: Calendar.Component) -> [Date] {
        let first = zone.start(of: unit, at: from)
        var starts = [first]
        // A step is shorter than 8 days, so this ends.
        for count in 1...10_000 {
            let next = zone.start(of: unit, count, after: first)
            guard next < to else { break }
            starts.append(next)
        }
        return starts
    }

    /// Hours are counted by the moment and not by the clock: the hour that summer time repeats is there twice, the one it skips is not.
    private func hours() -> [Date] {
        var starts = [zone.start(of: .hour, at: from)]
        while let last = starts.last, last.addingTimeInterval(3_600) < to { starts.append(last.addingTimeInterval(3_600)) }
        return starts
    }

    private static func floor(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 / quarter).rounded(.down) * quarter)
    }
}
