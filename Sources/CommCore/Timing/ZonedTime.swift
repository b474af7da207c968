import Foundation

/// Turns wall-clock times into moments.
package enum ZonedTime {
    /// The wall clock of a zone at a moment, as seconds since 1970 on that clock.
    package static func wallClock(of moment: Date, in zone: TimeZone) -> TimeInterval {
        moment.timeIntervalSince1970 + TimeInterval(zone.secondsFromGMT(for: moment))
    }

    /// The moment at which the clocks of a zone show a time.
    ///
    /// A time that is skipped when clocks go forward (02:30) is read with the offset before the change: it comes as much later as the
    /// clocks were moved (03:30). Of a time that comes twice when they go back, the first is meant.
    ///
    /// - Parameter wallClock: seconds since 1970 on that clock.
    package static func moment(wallClock: TimeInterval, in zone: TimeZone) -> Date {
        func offset(_ seconds: TimeInterval) -> TimeInterval {
            TimeInterval(zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)))
        }
        // A day to either side lies beyond every offset, so each is in force on its side of the one change that can be near.
        let (before, after) = (offset(wallClock - day), offset(wallClock + day))
        let (early, late) = (wallClock - max(before, after), wallClock - min(before, after))
        let earlyHolds = offset(early) == max(before, after)
        let lateHolds = offset(late) == min(before, after)
        let seconds: TimeInterval =
            switch (earlyHolds, lateHolds) {
            case (true, _): early
            case (false, true): late
            case (false, false): wallClock - before
            }
        return Date(timeIntervalSince1970: seconds)
    }

    /// The zone of an IANA name, or nil: abbreviations and offsets do not know summer time.
    package static func zone(named name: String) -> TimeZone? {
        guard name == "UTC" || name == "GMT" || name.contains("/") else { return nil }
        return TimeZone(identifier: name)
    }

    private static let day: TimeInterval = 86_400
}
