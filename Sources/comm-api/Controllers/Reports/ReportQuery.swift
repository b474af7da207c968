import CommCore
import FoundationEssentials

/// The parameters by which reports are asked for: `days`, or `from` and `to`, and `timezone`.
struct ReportQuery: Sendable {
    /// What one report covers at most; a day more than a leap year, for days that are cut.
    static let longest: TimeInterval = 367 * 86_400

    let days: Int?
    let zone: ReportZone?
    private let from: String?
    private let to: String?
    private let names: (from: String, to: String)

    init(_ query: inout QueryFields, from: String = "from", to: String = "to") {
        days = query.int("days", in: 1...ReportPeriod.longestDays)
        names = (from, to)
        self.from = query.string(from)
        self.to = query.string(to)
        let name = query.string("timezone")
        zone = name.flatMap(ReportZone.init)
        if name != nil, zone == nil { query.add("timezone", "timezone must be a name like Europe/Berlin") }
        if days != nil, self.from != nil || self.to != nil { query.add("days", "days cannot stand beside \(from) and \(to)") }
    }

    /// Whether a time is asked for at all.
    var isOpen: Bool { days == nil && from == nil && to == nil }

    /// The period; the last so many days when nothing is asked for.
    func period(defaultDays: Int, zone: ReportZone, now: Date, longest: TimeInterval = longest) throws -> ReportPeriod {
        let zone = self.zone ?? zone
        guard from != nil || to != nil else {
            let period = ReportPeriod.last(days: days ?? defaultDays, until: now, in: zone)
            guard period.to.timeIntervalSince(period.from) <= longest else {
                throw Problem.invalid("days", "days may be \(Int(longest / 86_400) - 1) at most for this interval")
            }
            return period
        }
        let end = try to.map { try moment($0, of: names.to, zone: zone, isEnd: true) } ?? now
        let start =
            try from.map { try moment($0, of: names.from, zone: zone, isEnd: false) }
            ?? end.addingTimeInterval(
                -Double(defaultDays) * 86_400
            )
        guard start < end else { throw Problem.invalid(names.from, "\(names.from) must be before \(names.to)") }
        guard end.timeIntervalSince(start) <= longest else {
            throw Problem.invalid(names.from, "\(names.from) and \(names.to) may be \(Int(longest / 86_400)) days apart at most")
        }
        return ReportPeriod(from: start, to: end, zone: zone)
    }

    /// The bounds as they were asked for, where there are any.
    func bounds(zone: ReportZone, now: Date) throws -> (from: Date?, to: Date?) {
        let zone = self.zone ?? zone
        if let days { return (ReportPeriod.last(days: days, until: now, in: zone).from, nil) }
        return (
            try from.map { try moment($0, of: names.from, zone: zone, isEnd: false) },
            try to.map { try moment($0, of: names.to, zone: zone, isEnd: true) }
        )
    }

    /// A time, or a day of the zone: its first moment, as an end the first one after it.
    private func moment(_ text: String, of name: String, zone: ReportZone, isEnd: Bool) throws -> Date {
        let moment: Date? =
            text.utf8.count == 10 ? zone.day(text, isEnd: isEnd) : ISO8601.date(from: text.replacing(" ", with: "+"))
        guard let moment, (0..<4_102_444_800).contains(moment.timeIntervalSince1970) else {
            throw Problem.invalid(name, "\(name) must be a day like 2026-01-31 or a time like 2026-01-31T08:00:00Z")
        }
        return moment
    }
}
