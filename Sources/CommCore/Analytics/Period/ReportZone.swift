import Foundation

/// The time zone in whose days and hours a report counts.
package struct ReportZone: Sendable, Equatable {
    package static let utc = ReportZone(name: "UTC", calendar: Self.calendar(of: .gmt))

    /// The zone's name in the time zone database.
    package let name: String
    private let calendar: Calendar

    private init(name: String, calendar: Calendar) {
        (self.name, self.calendar) = (name, calendar)
    }

    /// Names of the database only: abbreviations and offsets do not know summer time.
    package init?(_ name: String) {
        guard name == "UTC" || name == "GMT" || name.contains("/"), name.utf8.count <= 64, let zone = TimeZone(identifier: name) else {
            return nil
        }
        self.init(name: name, calendar: Self.calendar(of: zone))
    }

    /// The first moment of the day, week (from Monday) or month that holds a moment.
    func start(of unit: Calendar.Component, at moment: Date) -> Date {
        calendar.dateInterval(of: unit, for: moment)?.start ?? moment
    }

    /// The first moment of the day, week or month so many after the one that begins at `start`.
    func start(of unit: Calendar.Component, _ count: Int, after start: Date) -> Date {
        // From the middle of the first day, so that no change of the clock moves the result to a neighbouring one.
        let noon = start.addingTimeInterval(43_200)
        return self.start(of: unit, at: calendar.date(byAdding: unit, value: count, to: noon) ?? noon)
    }

    /// The first moment of a calendar day; nil when there is no such day.
    func startOfDay(year: Int, month: Int, day: Int) -> Date? {
        let noon = DateComponents(year: year, month: month, day: day, hour: 12)
        guard let date = calendar.date(from: noon) else { return nil }
        let found = calendar.dateComponents([.year, .month, .day], from: date)
        guard found.year == year, found.month == month, found.day == day else { return nil }
        return start(of: .day, at: date)
    }

    /// Weekday (1 is Monday) and hour of the clock.
    func weekdayAndHour(of moment: Date) -> (weekday: Int, hour: Int) {
        let parts = calendar.dateComponents([.weekday, .hour], from: moment)
        return (((parts.weekday ?? 2) + 5) % 7 + 1, parts.hour ?? 0)
    }

    /// `2026-03-29`.
    func day(of moment: Date) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: moment)
        return Self.padded(parts.year ?? 0, 4) + "-" + Self.padded(parts.month ?? 0, 2) + "-" + Self.padded(parts.day ?? 0, 2)
    }

    /// `2026-03-29T02:00`, the clock's own reading.
    func clock(of moment: Date) -> String {
        let parts = calendar.dateComponents([.hour, .minute], from: moment)
        return day(of: moment) + "T" + Self.padded(parts.hour ?? 0, 2) + ":" + Self.padded(parts.minute ?? 0, 2)
    }

    private static func calendar(of zone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        calendar.firstWeekday = 2
        calendar.minimumDaysInFirstWeek = 4
        return calendar
    }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

extension ReportZone {
    /// The first moment of a day that is written `2026-01-31`, as an end the first one after that day; nil when it is none.
    package func day(_ text: String, isEnd: Bool) -> Date? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            let first = startOfDay(year: year, month: month, day: day)
        else { return nil }
        return isEnd ? start(of: .day, 1, after: first) : first
    }
}
