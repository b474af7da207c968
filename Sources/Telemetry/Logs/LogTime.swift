import FoundationEssentials

/// Times in logs: ISO 8601, UTC, milliseconds.
enum LogTime {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)

    /// `2026-01-02T03:04:05.678Z`.
    static func text(_ time: Date) -> String {
        time.formatted(style)
    }
}
