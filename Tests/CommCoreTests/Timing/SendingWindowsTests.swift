import CommTesting
import Foundation
import Testing

@testable import CommCore

@Suite("Sending windows")
struct SendingWindowsTests {
    private static let workdays: [SendingWindow.Day] = [.mon, .tue, .wed, .thu, .fri]

    private func utc(_ text: String) throws -> Date { try #require(ScheduledTime.date(from: text)) }

    private func windows(_ windows: [SendingWindow], _ zone: String = "Europe/Vilnius") throws -> SendingWindows {
        SendingWindows(windows, zone: try #require(ZonedTime.zone(named: zone)))
    }

    @Test(
        "a moment is inside its window, or the next one is known",
        arguments: [
            ("2026-06-01T07:00:00Z", "2026-06-01T06:00:00Z", "2026-06-01T14:30:00Z"),
            ("2026-06-01T05:59:59Z", "2026-06-01T06:00:00Z", "2026-06-01T14:30:00Z"),
            ("2026-06-01T14:30:00Z", "2026-06-02T06:00:00Z", "2026-06-02T14:30:00Z"),
            ("2026-06-05T15:00:00Z", "2026-06-08T06:00:00Z", "2026-06-08T14:30:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-26T07:00:00Z", "2026-10-26T15:30:00Z"),
        ]
    )
    func next(moment: String, opens: String, closes: String) throws {
        let found = try windows([SendingWindow(days: Self.workdays, from: 9 * 60, to: 17 * 60 + 30)]).opening(at: try utc(moment))
        #expect(found == SendingWindows.Opening(opens: try utc(opens), closes: try utc(closes)))
    }

    @Test("a window over midnight belongs to the day on which it begins")
    func midnight() throws {
        let night = try windows([SendingWindow(days: [.fri], from: 22 * 60, to: 2 * 60)], "UTC")
        let friday = SendingWindows.Opening(opens: try utc("2026-06-05T22:00:00Z"), closes: try utc("2026-06-06T02:00:00Z"))
        #expect(night.opening(at: try utc("2026-06-06T01:59:59Z")) == friday)
        #expect(night.opening(at: try utc("2026-06-06T02:00:00Z"))?.opens == (try utc("2026-06-12T22:00:00Z")))
    }

    @Test("windows that touch are one, so that midnight interrupts nothing")
    func touching() throws {
        let around = try windows([SendingWindow(days: SendingWindow.Day.allCases, from: 0, to: 1440)], "UTC")
        let found = try #require(around.opening(at: try utc("2026-06-03T23:59:59Z")))
        #expect(found.contains(try utc("2026-06-04T00:00:01Z")))
    }

    @Test("no windows, no limits")
    func none() throws {
        #expect(try windows([]).opening(at: try utc("2026-06-03T23:59:59Z")) == nil)
    }

    @Test("what is said to be open agrees with the calendar, minute by minute, and the next opening skips no open minute")
    func properties() throws {
        var random = SeededGenerator(seed: 42)
        var calendar = Calendar(identifier: .gregorian)
        for name in ["Europe/Vilnius", "America/New_York", "UTC", "Asia/Kathmandu"] {
            let zone = try #require(ZonedTime.zone(named: name))
            calendar.timeZone = zone
            for _ in 0..<150 {
                let days = SendingWindow.Day.allCases.filter { _ in Bool.random(using: &random) }
                let from = Int.random(in: 0..<1440, using: &random)
                let to = Int.random(in: (from + 1)...1440, using: &random)
                guard !days.isEmpty else { continue }
                let windows = SendingWindows([SendingWindow(days: days, from: from, to: to)], zone: zone)
                // Away from the changes of clocks, where minutes of the day are plain arithmetic.
                let moment = Date(timeIntervalSince1970: 1_781_000_000 + Double(Int.random(in: 0..<2_000_000, using: &random)))
                func isOpen(_ moment: Date) -> Bool {
                    let parts = calendar.dateComponents([.weekday, .hour, .minute], from: moment)
                    let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
                    let day = SendingWindow.Day.allCases[((parts.weekday ?? 1) + 5) % 7]
                    return days.contains(day) && minute >= from && minute < to
                }
                let found = try #require(windows.opening(at: moment))
                #expect(found.contains(moment) == isOpen(moment), "\(name) \(moment) \(windows.windows)")
                #expect(isOpen(found.opens) && found.closes > moment)
                if !found.contains(moment) {
                    #expect(found.opens > moment)
                    let between = moment.addingTimeInterval(
                        Double.random(in: 0..<1, using: &random) * found.opens.timeIntervalSince(moment)
                    )
                    #expect(!isOpen(between))
                }
            }
        }
    }

    @Test("it is written as it is read", arguments: ["00:00", "09:05", "23:59", "24:00"])
    func times(text: String) throws {
        #expect(SendingWindow.text(try #require(SendingWindow.minutes(text))) == text)
        let window = SendingWindow(days: [.sun, .mon], from: 5, to: 1440)
        #expect(try JSONDecoder().decode(SendingWindow.self, from: try JSONEncoder().encode(window)) == window)
    }

    @Test("what is no time of day is none", arguments: ["24:01", "9:00", "09:60", "aa:bb", "", "09.00"])
    func noTimes(text: String) {
        #expect(SendingWindow.minutes(text) == nil)
    }
}
