import FoundationEssentials

/// ISO 8601 times as the contracts write them: UTC, with or without fractions of a second.
package enum ISO8601 {
    /// `2026-01-02T03:04:05.678Z`.
    package static func string(from date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads a time with or without fractions; nil when it is none.
    package static func date(from text: String) -> Date? {
        (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }
}
