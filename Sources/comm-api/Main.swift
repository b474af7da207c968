import CommCore
import Foundation
import Logging
import Metrics
import ServiceLifecycle
import Systemd
import Telemetry
import UnixSignals

/// The REST API, tracking redirects, unsubscribe pages and the platform's webhook.
@main
enum Main {
    static func main() async throws {
        let configuration = DaemonStart<APIConfiguration>.configurationOrExit()
        let environment = ProcessInfo.processInfo.environment
        let logger = bootstrap(configuration.runtime, environment: environment)
        let registry = PrometheusRegistry(configuration: .api)
        MetricsSystem.bootstrap(registry)
        let notifier = SystemdNotifier(environment: environment)
        let surroundings = API.Surroundings(registry: registry, notifier: notifier, logger: logger)
        let api = try API.build(configuration, in: surroundings)
        let watchdog = WatchdogService(
            notifier: notifier,
            environment: environment,
            processID: getpid(),
            logger: logger,
            heartbeats: [surroundings.heartbeat],
            maximumAge: .seconds(30)
        )
        var group = ServiceGroupConfiguration(
            services: [watchdog] + api.services + [api.server, StoppingNotice(notifier: notifier)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(25)
        try await ServiceGroup(configuration: group).run()
    }

    private static func bootstrap(_ runtime: RuntimeSettings, environment: [String: String]) -> Logger {
        var journalHandler: (@Sendable (String) -> any LogHandler)?
        if Journal.isStandardError(environment: environment), let journal = Journal(identifier: "comm-api") {
            journalHandler = { JournalLogHandler(label: $0, journal: journal) }
        }
        LogBootstrap.install(
            level: runtime.logLevel,
            format: LogBootstrap.Format(rawValue: runtime.logFormat.rawValue) ?? .auto,
            journal: journalHandler
        )
        return Logger(label: "comm-api")
    }
}
