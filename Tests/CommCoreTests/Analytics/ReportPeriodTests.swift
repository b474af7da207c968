import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("The time that a report is about")
struct ReportPeriodTests {
    private func zone(_ name: String) throws -> ReportZone {
        try #require(ReportZone(name))
    }

    private func date(_ text: String) throws -> Date {
        try #require(ISO8601.date(from: text))
    }

    @Test("a day on which the clock is changed has 23 or 25 hours, others 24")
    func summerTime() throws {
        let berlin = try zone("Europe/Berlin")
        for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)] {
            let from = try #require(berlin.day(day, isEnd: false))
            let to = try #require(berlin.day(day, isEnd: true))
            let period = ReportPeriod(from: from, to: to, zone: berlin)
            #expect(period.starts(of: .day) == [from])
            let starts = period.starts(of: .hour)
            #expect(starts.count == hours)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $1.timeIntervalSince($0) == 3_600 })
        }
    }

    @Test("the hour that summer time repeats is there twice, with the same reading of the clock")
    func repeatedHour() throws {
        let berlin = try zone("Europe/Berlin")
        let period = ReportPeriod(from: try date("2026-10-24T23:00:00Z"), to: try date("2026-10-25T03:00:00Z"), zone: berlin)
        let labels = period.starts(of: .hour).map { period.label(of: $0, interval: .hour) }
        #expect(labels == ["2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T02:00", "2026-10-25T03:00"])
    }

    @Test(
        "days and hours of zones with odd offsets begin at whole quarters",
        arguments: ["Asia/Kathmandu", "Asia/Kolkata", "Australia/Eucla"]
    )
    func oddOffsets(name: String) throws {
        let period = ReportPeriod.last(days: 3, until: try date("2026-05-05T10:07:00Z"), in: try zone(name))
        for start in period.starts(of: .day) + period.starts(of: .hour) {
            #expect(start.timeIntervalSince1970.truncatingRemainder(dividingBy: ReportPeriod.quarter) == 0)
        }
        #expect(period.starts(of: .day).count == 3)
    }

    @Test("a day that has no midnight begins when it begins")
    func noMidnight() throws {
        let cairo = try zone("Africa/Cairo")
        let period = ReportPeriod.last(days: 2, until: try date("2026-04-24T10:00:00Z"), in: cairo)
        let starts = period.starts(of: .day)
        #expect(starts.count == 2)
        #expect(period.label(of: try #require(starts.last), interval: .day) == "2026-04-24")
        #expect(try starts.last == date("2026-04-23T22:00:00Z"))
    }

    @Test("periods are rounded outward to whole quarters of an hour")
    func rounding() throws {
        let period = ReportPeriod(from: try date("2026-05-05T10:07:00Z"), to: try date("2026-05-05T10:31:00Z"), zone: .utc)
        #expect(try period.from == date("2026-05-05T10:00:00Z"))
        #expect(try period.to == date("2026-05-05T10:45:00Z"))
    }

    @Test("the last days are calendar days of the zone, today included, and the time before is as long")
    func lastDays() throws {
        let now = try date("2026-11-20T03:00:00Z")
        let newYork = try zone("America/New_York")
        let period = ReportPeriod.last(days: 7, until: now, in: newYork)
        #expect(period.starts(of: .day).map { period.label(of: $0, interval: .day) }.first == "2026-11-13")
        #expect(period.starts(of: .day).count == 7)
        let earlier = period.earlier(byDays: 7)
        #expect(earlier.starts(of: .day).map { period.label(of: $0, interval: .day) }.first == "2026-11-06")
        #expect(earlier.to.timeIntervalSince(earlier.from) == period.to.timeIntervalSince(period.from))
    }

    @Test("weeks begin on Monday; the first may begin before the period")
    func weeks() throws {
        let period = ReportPeriod(from: try date("2026-11-18T00:00:00Z"), to: try date("2026-12-02T00:00:00Z"), zone: .utc)
        #expect(period.starts(of: .week).map { period.label(of: $0, interval: .week) } == ["2026-11-16", "2026-11-23", "2026-11-30"])
    }

    @Test("steps ascend without gap, cover the period and never begin after it", arguments: 0..<60 as Range<UInt64>)
    func steps(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = [
            "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe",
        ]
        let zone = try zone(#require(names.randomElement(using: &random)))
        let from = Date(timeIntervalSince1970: Double(Int.random(in: 1_500_000_000...1_900_000_000, using: &random)))
        let period = ReportPeriod(
            from: from,
            to: from.addingTimeInterval(Double(Int.random(in: 1...2_000_000, using: &random))),
            zone: zone
        )
        for interval in ReportInterval.allCases {
            let starts = period.starts(of: interval)
            let first = try #require(starts.first)
            let last = try #require(starts.last)
            #expect(first <= period.from && last < period.to, "seed \(seed)")
            let longest = interval == .hour ? 3_600.0 : interval == .day ? 90_000 : 7 * 86_400 + 7_200
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 && $1.timeIntervalSince($0) <= longest }, "seed \(seed)")
            #expect(period.to.timeIntervalSince(last) <= longest, "seed \(seed)")
        }
    }

    @Test("zones are names of the database", arguments: ["CET", "+02:00", "Europe/Atlantis", "", "Europe/../etc/passwd", "PST8PDT"])
    func refusedZones(name: String) {
        #expect(ReportZone(name) == nil)
    }

    @Test("days that do not exist are none", arguments: ["2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-00-10", "abcd-ef-gh"])
    func refusedDays(text: String) {
        #expect(ReportZone.utc.day(text, isEnd: false) == nil)
    }

    @Test("rates are of nothing nothing, and to two digits")
    func rates() {
        #expect(ReportRates.share(1, of: 0) == 0)
        #expect(ReportRates.share(1, of: 3) == 33.33)
        #expect(ReportRates.wholePercent(2, of: 3) == 67)
    }

    @Test("a cursor survives the wire, and others are refused", arguments: ["", "x", "1_2", "-5_\(UUID())", "99999999999999999_\(UUID())"])
    func cursors(bad: String) throws {
        let id = UUID()
        let cursor = try #require(EventCursor("1767225600123456_\(id)"))
        #expect(cursor.text == "1767225600123456_\(id.uuidString.lowercased())")
        #expect(EventCursor(bad) == nil)
    }
}
