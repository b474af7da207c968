import Logging

/// Chooses how the process logs, once, at its start.
package enum LogBootstrap {
    /// What was asked for (`LOG_FORMAT`).
    package enum Format: String, Sendable {
        /// The journal under systemd, text on a terminal, else JSON.
        case auto
        /// One JSON object a line.
        case json
        /// Lines for people.
        case text
    }

    /// What is used.
    enum Destination: Equatable {
        case journal, json, text
    }

    /// Installs the log handlers of the process; call once, before the first logger is made.
    ///
    /// - Parameters:
    ///   - level: least severe level that is written.
    ///   - journal: makes a handler that writes to the journal; nil when standard error does not lead there.
    package static func install(
        level: Logger.Level,
        format: Format,
        output: LogOutput = .standardError,
        journal: (@Sendable (String) -> any LogHandler)?
    ) {
        let destination = destination(format: format, hasJournal: journal != nil, isTerminal: output.isTerminal)
        LoggingSystem.bootstrap { label in
            var handler = makeHandler(destination, label: label, output: output, journal: journal)
            handler.logLevel = level
            return handler
        }
    }

    static func destination(format: Format, hasJournal: Bool, isTerminal: Bool) -> Destination {
        switch format {
        case .json: .json
        case .text: .text
        case .auto: hasJournal ? .journal : isTerminal ? .text : .json
        }
    }

    private static func makeHandler(
        _ destination: Destination,
        label: String,
        output: LogOutput,
        journal: (@Sendable (String) -> any LogHandler)?
    ) -> any LogHandler {
        switch destination {
        case .journal: journal?(label) ?? JSONLogHandler(label: label, output: output)
        case .json: JSONLogHandler(label: label, output: output)
        case .text: TextLogHandler(label: label, output: output)
        }
    }
}
