import FoundationEssentials
import Logging

/// Writes log records as lines for people: time, level, label, message, values; coloured on a terminal.
package struct TextLogHandler: LogHandler {
    /// Values added to every record.
    package var metadata: Logger.Metadata = [:]
    /// Source of further values, asked for each record.
    package var metadataProvider: Logger.MetadataProvider?
    /// Least severe level that is written.
    package var logLevel: Logger.Level = .info

    private let label: String
    private let output: LogOutput
    private let isColoured: Bool
    private let now: @Sendable () -> Date

    /// A handler for one logger.
    ///
    /// - Parameter isColoured: nil colours when the output is a terminal.
    package init(
        label: String,
        output: LogOutput = .standardError,
        isColoured: Bool? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.label = label
        self.output = output
        self.isColoured = isColoured ?? output.isTerminal
        self.now = now
    }

    /// A value added to every record.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record.
    package func log(event: LogEvent) {
        output.write(line(for: event))
    }

    func line(for event: LogEvent) -> String {
        let level = Self.padded(event.level.rawValue)
        var line =
            "\(LogTime.text(now())) \(isColoured ? Self.colour(event.level, level) : level) \(label): \(Self.plain(event.message.description))"
        for (key, value) in LogMetadata.merged(metadata, metadataProvider?.get(), event.metadata).sorted(by: { $0.key < $1.key }) {
            line += " \(Self.plain(key))=\(Self.value("\(value)"))"
        }
        if let error = event.error { line += " error=\(Self.value("\(error)"))" }
        return line
    }

    /// Values with blanks, quotes or control characters in quotes, so that where one ends can be seen.
    private static func value(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && !(0x7F...0x9F).contains($0.value) }
        return isPlain ? text : JSONText.quoted(text)
    }

    /// No control character reaches the terminal.
    private static func plain(_ text: String) -> String {
        String(JSONText.quoted(text).dropFirst().dropLast()).replacing("\\\"", with: "\"")
    }

    private static func padded(_ level: String) -> String {
        level + String(repeating: " ", count: max(0, 8 - level.count))
    }

    private static func colour(_ level: Logger.Level, _ text: String) -> String {
        let code =
            switch level {
            case .trace, .debug: "2"
            case .info: "32"
            case .notice: "36"
            case .warning: "33"
            case .error: "31"
            case .critical: "1;31"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
