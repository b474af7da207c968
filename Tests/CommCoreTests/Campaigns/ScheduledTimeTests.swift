import CommCore
import CommTesting
import Foundation
import Testing

@Suite("Scheduled time")
struct ScheduledTimeTests {
    @Test(
        "one moment can be written in many ways",
        arguments: [
            "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z", "2026-01-02 03:04:05", "2026-01-02T03:04:05", "2026-01-02t03:04:05z",
            "2026-01-02T05:04:05+02:00", "2026-01-02T05:04:05+0200", "2026-01-02T05:04:05 +02", "2026-01-01T22:34:05-04:30",
            "\"2026-01-02T03:04:05Z\"", "'2026-01-02T03:04:05Z'", "  2026-01-02T03:04:05Z\n",
        ]
    )
    func sameMoment(text: String) {
        #expect(ScheduledTime.date(from: text) == Date(timeIntervalSince1970: 1_767_323_045))
    }

    @Test("a date alone is its midnight in UTC, seconds may be left out")
    func short() {
        #expect(ScheduledTime.date(from: "2024-02-29") == Date(timeIntervalSince1970: 1_709_164_800))
        #expect(ScheduledTime.date(from: "2024-02-29T00:01") == Date(timeIntervalSince1970: 1_709_164_860))
    }

    @Test(
        "what names no moment is refused",
        arguments: [
            "", "tomorrow", "2026", "2026-13-01", "2026-00-01", "2025-02-29", "2100-02-29", "2026-04-31", "2026-01-02T", "2026-01-02T24:00",
            "2026-01-02T03", "2026-01-02T03:60", "2026-01-02T03:04:60", "2026-01-02T03:04:05.", "2026-01-02T03:04:05X", "2026-1-2",
            "2026-01-02T03:04:05+2", "2026-01-02T03:04:05+25:00", "2026-01-02T03:04:05Z Z", "1767323045", "2026-01-02\u{0}", "２０２６-01-02",
        ]
    )
    func refused(text: String) {
        #expect(ScheduledTime.date(from: text) == nil)
    }

    @Test("every moment that is written in ISO 8601 is read back", arguments: 0..<200)
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seconds = Double(Int.random(in: 0..<4_102_444_800, using: &random))
        let date = Date(timeIntervalSince1970: seconds)
        #expect(ScheduledTime.date(from: date.formatted(.iso8601)) == date)
    }
}
