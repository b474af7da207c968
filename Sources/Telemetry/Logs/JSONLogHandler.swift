import FoundationEssentials
import Logging

/// Writes each log record as one JSON object on one line.
package struct JSONLogHandler: LogHandler {
    /// Values added to every record.
    package var metadata: Logger.Metadata = [:]
    /// Source of further values, asked for each record.
    package var metadataProvider: Logger.MetadataProvider?
    /// Least severe level that is written.
    package var logLevel: Logger.Level = .info

    private let label: String
    private let output: LogOutput
    private let now: @Sendable () -> Date

    /// A handler for one logger.
    package init(label: String, output: LogOutput = .standardError, now: @escaping @Sendable () -> Date = { Date() }) {
        self.label = label
        self.output = output
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
        var members = [
            "\"time\":\(JSONText.quoted(LogTime.text(now())))",
            "\"level\":\(JSONText.quoted(event.level.rawValue))",
            "\"label\":\(JSONText.quoted(label))",
            "\"message\":\(JSONText.quoted(event.message.description))",
        ]
        if let error = event.error { members.append("\"error\":\(JSONText.quoted("\(error)"))") }
        let all = LogMetadata.merged(metadata, metadataProvider?.get(), event.metadata)
        if !all.isEmpty { members.append("\"metadata\":\(Self.json(.dictionary(all)))") }
        return "{" + members.joined(separator: ",") + "}"
    }

    private static func json(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): JSONText.quoted(text)
        case .stringConvertible(let value): JSONText.quoted(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\(JSONText.quoted($0)):\(json($1))" }.joined(separator: ",") + "}"
        }
    }
}
