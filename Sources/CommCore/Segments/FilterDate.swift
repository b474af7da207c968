import FoundationEssentials

/// A bound of a date condition: a moment, or a whole day of UTC.
package struct FilterDate: Sendable, Hashable {
    /// As it was given, and as it is given back.
    package let text: String
    /// Its first moment.
    package let start: Date
    package let isDay: Bool

    /// Reads `2026-01-31` or a time in ISO 8601; nil for anything else.
    package init?(_ text: String) {
        let isDay = text.utf8.count == 10
        guard let start = ISO8601.date(from: isDay ? text + "T00:00:00Z" : text) else { return nil }
        self.text = text
        self.start = start
        self.isDay = isDay
    }

    /// The first moment after it, for a day: then what is on the day is not after it.
    var end: Date { isDay ? start.addingTimeInterval(86_400) : start }
}
