import CommCore
import Foundation
import Logging
import Metrics
import Postgres
import ServiceLifecycle
import Systemd
import Telemetry
import UnixSignals

/// What the daemons have in common as processes: logger, metrics, readiness, service manager, and how they stop.
package struct DaemonProcess: Sendable {
    package let name: String
    package let logger: Logger
    package let readiness = Readiness()
    package let registry: PrometheusRegistry
    package let notifier: SystemdNotifier
    private let heartbeats = HeartbeatRegister()
    private let environment = ProcessInfo.processInfo.environment

    /// How long a duty may be silent before the watchdog is no longer answered.
    static let longestSilence: Duration = .seconds(120)
    /// Below systemd's `TimeoutStopSec`.
    static let longestShutdown: Duration = .seconds(25)

    /// Sets the process-wide log and metrics systems up; call it once.
    ///
    /// - Parameter metrics: help texts and buckets of the daemon's own metrics.
    package init(name: String, runtime: RuntimeSettings, metrics: PrometheusConfiguration = PrometheusConfiguration()) {
        self.name = name
        Self.installLogging(name: name, runtime: runtime, environment: environment)
        logger = Logger(label: name)
        registry = PrometheusRegistry(configuration: metrics)
        MetricsSystem.bootstrap(registry)
        notifier = SystemdNotifier(environment: environment)
    }

    private static func installLogging(name: String, runtime: RuntimeSettings, environment: [String: String]) {
        var makeHandler: (@Sendable (String) -> any LogHandler)?
        if Journal.isStandardError(environment: environment), let journal = Journal(identifier: name) {
            makeHandler = { label in JournalLogHandler(label: label, journal: journal) }
        }
        LogBootstrap.install(
            level: runtime.logLevel,
            format: LogBootstrap.Format(rawValue: runtime.logFormat.rawValue) ?? .auto,
            journal: makeHandler
        )
    }

    /// The services that come first: watchdog, database, readiness, health port.
    package func foundation(database: PostgresClient, host: String, port: Int?) -> [any Service] {
        var services: [any Service] = [watchdog, database, readinessService(database: database)]
        if let port {
            services.append(
                HealthServer.application(host: host, port: port, readiness: readiness, registry: registry, logger: logger)
            )
        }
        return services
    }

    /// Answers the service manager's watchdog while every duty makes progress.
    package var watchdog: WatchdogService {
        let heartbeats = heartbeats
        return WatchdogService(
            notifier: notifier,
            environment: environment,
            processID: ProcessInfo.processInfo.processIdentifier,
            logger: logger
        ) {
            heartbeats.oldest <= Self.longestSilence
        }
    }

    /// Lets the watchdog look after a loop that is no ``Duty``.
    package func watch(_ heartbeat: Heartbeat) {
        heartbeats.add(heartbeat)
    }

    private func readinessService(database: PostgresClient) -> ReadinessService {
        ReadinessService(client: database, readiness: readiness, notifier: notifier, logger: logger)
    }

    /// A background duty; see ``Duty``.
    ///
    /// - Parameter wake: ends its rest early.
    package func duty(
        _ name: String,
        idle: Duration,
        wake: WakeSignal? = nil,
        step: @escaping @Sendable () async throws -> Bool
    ) -> Duty {
        Duty(name, pace: .init(idle: idle), readiness: readiness, heartbeat: heartbeats.new(), logger: logger, wake: wake, step: step)
    }

    /// Runs until SIGTERM or SIGINT; then stops the services in reverse order, each finishing the step it is in.
    ///
    /// - Parameter build: makes the services. What it or one of them throws is logged and ends the process with code 1, or with 78
    ///   (EX_CONFIG), which a unit does not restart on, when the schema is not the one this build knows.
    package func run(_ build: @Sendable () throws -> [any Service]) async {
        do {
            var configuration = ServiceGroupConfiguration(
                services: try build(),
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
            configuration.maximumGracefulShutdownDuration = Self.longestShutdown
            try await ServiceGroup(configuration: configuration).run()
            logger.info("stopped")
        } catch {
            logger.critical("\(name) ends", metadata: ["error": "\(error)"])
            exit(error is SchemaError ? 78 : 1)
        }
    }
}
