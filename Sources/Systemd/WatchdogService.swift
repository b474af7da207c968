package import Logging
import ServiceLifecycle

/// Keeps the service manager's watchdog quiet while, and only while, the program makes progress.
///
/// List it first in a service group, so that it is the last to stop and still answers while the others drain.
package struct WatchdogService: Service {
    private let notifier: SystemdNotifier
    private let period: Duration?
    private let isProgressing: @Sendable () -> Bool
    private let logger: Logger

    /// A watchdog that asks whether the program makes progress each time before it reports.
    ///
    /// - Parameter environment: `WATCHDOG_USEC` and `WATCHDOG_PID` decide whether and how often reports are due.
    package init(
        notifier: SystemdNotifier,
        environment: [String: String],
        processID: Int32,
        logger: Logger,
        isProgressing: @escaping @Sendable () -> Bool
    ) {
        self.notifier = notifier
        self.period = Self.period(environment: environment, processID: processID)
        self.logger = logger
        self.isProgressing = isProgressing
    }

    /// A watchdog that is content while every heart has beaten within `maximumAge`.
    package init(
        notifier: SystemdNotifier,
        environment: [String: String],
        processID: Int32,
        logger: Logger,
        heartbeats: [Heartbeat],
        maximumAge: Duration
    ) {
        self.init(notifier: notifier, environment: environment, processID: processID, logger: logger) {
            heartbeats.allSatisfy { $0.age <= maximumAge }
        }
    }

    /// Reports until the service group shuts down.
    package func run() async throws {
        guard let period else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            var wasProgressing = true
            while !Task.isCancelled {
                wasProgressing = report(wasProgressing: wasProgressing)
                try? await Task.sleep(for: period)
            }
        }
    }

    /// Reports once if the program makes progress, and says in the log when that changes.
    func report(wasProgressing: Bool) -> Bool {
        let isProgressing = isProgressing()
        if isProgressing {
            notifier.watchdog()
        } else if wasProgressing {
            logger.error("no progress: the watchdog is no longer answered")
        }
        return isProgressing
    }

    /// Half of the manager's limit; nil when no reports are asked of this process.
    static func period(environment: [String: String], processID: Int32) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let limit = Int64(text), limit > 1 else { return nil }
        if let owner = environment["WATCHDOG_PID"], owner != String(processID) { return nil }
        return .microseconds(limit / 2)
    }
}
