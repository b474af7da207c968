import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// `motorical-dev engine`: takes jobs, delivers them, reports what became of them, answers the public API.
struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Delivers the jobs of the Redis list by SMTP and reports by webhook.",
        discussion: """
            The webhook secret and the API token may come by MOTORICAL_DEV_WEBHOOK_SECRET and MOTORICAL_DEV_API_TOKEN.
            """
    )

    @Option(help: "URL of Redis.")
    var redisURL: String

    @Option(help: "The list that senders push to.")
    var queue = "email_delivery_queue"

    @Option(help: "URL of motorical_db, as its owner.")
    var dbURL: String

    @Option(help: "Where mail is delivered to.")
    var smtpHost = "127.0.0.1"

    @Option(help: "Port of the SMTP server.")
    var smtpPort: Int

    @Option(help: "Where events are reported.")
    var webhookURL: String

    @Option(help: "The secret that signs events.")
    var webhookSecret: String?

    @Option(help: "Kinds of events to report, separated by commas: sent, delivered, bounced, complained, failed.")
    var events = "delivered,bounced,complained,failed"

    @Option(help: "Events posted at once.")
    var webhookConcurrency = 32

    @Option(help: "Address of the public API.")
    var apiHost = "127.0.0.1"

    @Option(help: "Port of the public API.")
    var apiPort: Int

    @Option(help: "Bearer token that the public API demands.")
    var apiToken: String?

    @Option(help: "SMTP connections.")
    var connections = 4

    @Option(help: "Jobs taken at once.")
    var batch = 100

    @Option(help: "Jobs per second at most.")
    var rate: Int?

    @Option(help: "Name of this engine; engines that run at the same time need different ones.")
    var name = "engine"

    @Option(help: "drop-webhooks=P, duplicate-webhooks=P, bad-signature=P (probabilities), delay-webhooks=S, slow-smtp=S (seconds).")
    var misbehave = Misbehaviour()

    @Option(help: "Seed of the misbehaviour.")
    var seed: UInt64 = 1

    @OptionGroup var logOptions: LogOptions

    /// Fills what may come by the environment, and refuses what cannot work.
    mutating func validate() throws {
        let environment = ProcessInfo.processInfo.environment
        webhookSecret = webhookSecret ?? environment["MOTORICAL_DEV_WEBHOOK_SECRET"]
        apiToken = apiToken ?? environment["MOTORICAL_DEV_API_TOKEN"]
        guard webhookSecret?.isEmpty == false else { throw ValidationError("--webhook-secret or MOTORICAL_DEV_WEBHOOK_SECRET is needed.") }
        guard connections > 0, batch > 0, webhookConcurrency > 0 else {
            throw ValidationError("--connections, --batch and --webhook-concurrency must be above 0.")
        }
        _ = try kinds()
    }

    /// The kinds that `events` names.
    func kinds() throws -> Set<WebhookEvent.Kind> {
        Set(
            try events.split(separator: ",").map { word in
                guard let kind = WebhookEvent.Kind(rawValue: String(word)) else { throw ValidationError("--events: '\(word)' is no kind.") }
                return kind
            }
        )
    }

    func run() async throws {
        let logger = logOptions.logger("motorical-dev.engine")
        let services = try EngineServices(self, logger: logger)
        var configuration = ServiceGroupConfiguration(
            services: services.all.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: configuration).run()
        await services.close()
    }
}
