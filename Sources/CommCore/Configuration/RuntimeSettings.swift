import Logging

/// What every daemon needs to know about the way it runs.
package struct RuntimeSettings: Sendable {
    /// What the suite is used for.
    package enum Environment: String, Sendable, CaseIterable {
        /// Real messages to real people.
        case production
        /// A developer's machine or a test.
        case development
    }

    /// The levels of the logging library, by name.
    package enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical

        /// The library's level.
        package var level: Logger.Level {
            switch self {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        }
    }

    /// How log records are written.
    package enum LogFormat: String, Sendable, CaseIterable {
        /// Journal, text or JSON, by what standard error is.
        case auto
        /// One JSON object a line.
        case json
        /// Lines for people.
        case text
    }

    /// Production or development.
    package var environment: Environment = .production
    /// Least severe level that is logged.
    package var logLevel: Logger.Level = .info
    /// How log records are written.
    package var logFormat: LogFormat = .auto
    /// Places where a test makes the program fail; none in production.
    package var faults: FaultPoints = .none

    /// Production settings.
    package init() {}
}
