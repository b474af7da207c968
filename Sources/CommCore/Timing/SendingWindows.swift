import Foundation

/// All windows of a campaign or tenant, on one clock; none means always.
package struct SendingWindows: Sendable, Equatable {
    /// One stretch of time in which sending is allowed.
    package struct Opening: Sendable, Equatable {
        package let opens: Date
        package let closes: Date

        package func contains(_ moment: Date) -> Bool { opens <= moment && moment < closes }
    }

    package let windows: [SendingWindow]
    package let zone: TimeZone

    package init(_ windows: [SendingWindow], zone: TimeZone) {
        (self.windows, self.zone) = (windows, zone)
    }

    /// The stretch that is open at a moment, or the next one.
    ///
    /// Windows that touch or overlap are one stretch; its length is bounded, so that windows around the clock end somewhere and go on.
    /// - Returns: nil when there are no windows.
    package func opening(at moment: Date) -> Opening? {
        let openings = candidates(around: moment)
        guard let index = openings.firstIndex(where: { $0.closes > moment }) else { return nil }
        return openings[index]
    }

    /// Merged stretches from the day before to eight days after, in order.
    private func candidates(around moment: Date) -> [Opening] {
        let today = (ZonedTime.wallClock(of: moment, in: zone) / 86_400).rounded(.down)
        var found: [Opening] = []
        for day in -1...8 {
            let midnight = (today + Double(day)) * 86_400
            let weekday = Self.weekday(ofDay: Int(today) + day)
            for window in windows where window.days.contains(where: { $0.index == weekday }) {
                let opens = ZonedTime.moment(wallClock: midnight + Double(window.from) * 60, in: zone)
                let closes = ZonedTime.moment(wallClock: midnight + Double(window.from + window.length) * 60, in: zone)
                if closes > opens { found.append(Opening(opens: opens, closes: closes)) }
            }
        }
        found.sort { ($0.opens, $0.closes) < ($1.opens, $1.closes) }
        var merged: [Opening] = []
        for next in found {
            if let last = merged.last, next.opens <= last.closes {
                merged[merged.count - 1] = Opening(opens: last.opens, closes: max(last.closes, next.closes))
            } else {
                merged.append(next)
            }
        }
        return merged
    }

    /// Days since Monday; 1970-01-01 was a Thursday.
    private static func weekday(ofDay day: Int) -> Int {
        ((day + 3) % 7 + 7) % 7
    }
}
