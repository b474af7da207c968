import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Wall clocks")
struct ZonedTimeTests {
    private func zone(_ name: String) throws -> TimeZone { try #require(ZonedTime.zone(named: name)) }

    private func wall(_ text: String) throws -> TimeInterval {
        try #require(ScheduledTime.date(from: text)).timeIntervalSince1970
    }

    private func utc(_ text: String) throws -> Date { try #require(ScheduledTime.date(from: text)) }

    @Test(
        "a time is the moment at which the zone's clocks show it; skipped times come later, doubled ones the first time",
        arguments: [
            ("Europe/Vilnius", "2026-01-15 09:00", "2026-01-15T07:00:00Z"),
            ("Europe/Vilnius", "2026-07-15 09:00", "2026-07-15T06:00:00Z"),
            ("Europe/Vilnius", "2026-03-29 02:59", "2026-03-29T00:59:00Z"),
            ("Europe/Vilnius", "2026-03-29 03:30", "2026-03-29T01:30:00Z"),
            ("Europe/Vilnius", "2026-03-29 04:00", "2026-03-29T01:00:00Z"),
            ("Europe/Vilnius", "2026-10-25 03:30", "2026-10-25T00:30:00Z"),
            ("Europe/Vilnius", "2026-10-25 04:00", "2026-10-25T02:00:00Z"),
            ("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z"),
            ("Pacific/Kiritimati", "2026-06-01 08:00", "2026-05-31T18:00:00Z"),
            ("Asia/Kathmandu", "2026-06-01 08:00", "2026-06-01T02:15:00Z"),
            ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45:00Z"),
        ]
    )
    func moments(name: String, clock: String, moment: String) throws {
        #expect(ZonedTime.moment(wallClock: try wall(clock), in: try zone(name)) == (try utc(moment)))
    }

    @Test("reading the clock at the moment gives the time back, except for skipped times, which come as much later as clocks moved")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 20_261_127)
        let names = [
            "Europe/Vilnius", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "UTC", "Africa/Casablanca",
        ]
        for _ in 0..<5_000 {
            let zone = try zone(try #require(names.randomElement(using: &random)))
            let clock = Double(Int.random(in: 1_700_000_000...2_000_000_000, using: &random) / 60 * 60)
            let moment = ZonedTime.moment(wallClock: clock, in: zone)
            let shown = ZonedTime.wallClock(of: moment, in: zone)
            #expect(shown == clock || shown == clock + 3_600 || shown == clock + 1_800, "\(zone.identifier) \(clock)")
            #expect(ZonedTime.moment(wallClock: shown, in: zone) <= moment)
        }
    }

    @Test("abbreviations, offsets and inventions are no zones", arguments: ["EST", "CET", "+02:00", "Mars/Olympus", "", "GMT+2"])
    func unknown(name: String) {
        #expect(ZonedTime.zone(named: name) == nil)
    }

    @Test("recipients are due by their own clock, those without a known zone by the campaign's")
    func localTime() throws {
        let plan = LocalTimePlan(scheduledAt: try utc("2026-06-01T06:00:00Z"), zone: try zone("Europe/Vilnius"))
        #expect(plan.due(zoneName: nil) == (try utc("2026-06-01T06:00:00Z")))
        #expect(plan.due(zoneName: "Mars/Olympus") == (try utc("2026-06-01T06:00:00Z")))
        #expect(plan.due(zoneName: "Asia/Tokyo") == (try utc("2026-06-01T00:00:00Z")))
        #expect(plan.due(zoneName: "America/Los_Angeles") == (try utc("2026-06-01T16:00:00Z")))
    }

    @Test("whatever zones there are, everybody's clock shows the same time when they are due")
    func sameClock() throws {
        var random = SeededGenerator(seed: 7)
        let names = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }
        for _ in 0..<2_000 {
            let scheduled = Date(timeIntervalSince1970: Double(Int.random(in: 1_780_000_000...1_900_000_000, using: &random) / 60 * 60))
            let home = try zone(try #require(names.randomElement(using: &random)))
            let name = try #require(names.randomElement(using: &random))
            let due = LocalTimePlan(scheduledAt: scheduled, zone: home).due(zoneName: name)
            let difference = ZonedTime.wallClock(of: due, in: try zone(name)) - ZonedTime.wallClock(of: scheduled, in: home)
            // Only a time that the recipient's clock skips is shown later, and by no more than the clock was moved.
            #expect(difference == 0 || difference == 3_600 || difference == 1_800, "\(name) \(scheduled) \(difference)")
        }
    }
}
