package import Logging

/// Writes log records natively to the systemd journal: metadata become fields of their own, such as `CAMPAIGN_ID=`.
package struct JournalLogHandler: LogHandler {
    /// Values added to every record.
    package var metadata: Logger.Metadata = [:]
    /// Source of further values, asked for each record.
    package var metadataProvider: Logger.MetadataProvider?
    /// Least severe level that is written.
    package var logLevel: Logger.Level = .info

    private let label: String
    private let identifier: String
    private let socket: JournalSocket

    /// The journal's socket on every systemd machine.
    package static let defaultSocketPath = "/run/systemd/journal/socket"

    /// A handler for one logger.
    ///
    /// - Parameters:
    ///   - label: the logger's name, in the field `LOGGER`.
    ///   - journal: where records go; share one between all loggers.
    package init(label: String, journal: Journal) {
        self.label = label
        self.identifier = journal.identifier
        self.socket = journal.socket
    }

    /// A value added to every record.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record; never waits.
    package func log(event: LogEvent) {
        socket.send(entry(for: event))
    }

    private func entry(for event: LogEvent) -> JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", event.message.description)
        entry.append("PRIORITY", Self.priority(of: event.level))
        entry.append("SYSLOG_IDENTIFIER", identifier)
        entry.append("LOGGER", label)
        entry.append("CODE_FILE", event.file)
        entry.append("CODE_LINE", String(event.line))
        entry.append("CODE_FUNC", event.function)
        if let error = event.error { entry.append("ERROR", "\(error)") }
        for (key, value) in allMetadata(with: event.metadata).sorted(by: { $0.key < $1.key }) {
            let text = "\(value)"
            entry.append(JournalField.name(forKey: key, value: text), text)
        }
        return entry
    }

    private func allMetadata(with extra: Logger.Metadata?) -> Logger.Metadata {
        [metadataProvider?.get(), extra].compactMap(\.self).reduce(metadata) { all, more in
            all.merging(more) { _, new in new }
        }
    }

    /// The numbers of syslog (RFC 5424).
    private static func priority(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "7"
        case .info: "6"
        case .notice: "5"
        case .warning: "4"
        case .error: "3"
        case .critical: "2"
        }
    }
}
