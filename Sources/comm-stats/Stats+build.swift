import AsyncHTTPClient
import CommCore
import Daemon
import Logging
import Postgres
import Redis
import ServiceLifecycle

/// Builds the object graph of comm-stats: one service for each duty.
func buildStats(_ configuration: StatsConfiguration, process: DaemonProcess) -> [any Service] {
    let logger = process.logger
    let time = SystemTime()
    let database = PostgresClient(
        configuration: PostgresConfiguration(
            url: configuration.database.url.reveal(),
            poolSize: configuration.database.poolSize,
            applicationName: process.name
        ),
        logger: logger
    )
    let redis = RedisClient(configuration: configuration.redis, logger: logger)
    // What is reported slows gateways down as what they answer at once does; groups of domains are those that senders have looked up.
    let throttle = RedisThrottle(client: database, redis: redis, logger: logger)
    let inbox = InboxProcessor(client: database, throttle: throttle, time: time, logger: logger)
    let maintenance = EventMaintenance(client: database, spool: ClickSpool(redis: redis), time: time)
    let idempotency = IdempotencyRepository(client: database, time: time)
    let retention = RetentionDuty(client: database, time: time)
    let expiry = SuppressionExpiry(client: database, time: time)
    let erasure = ErasureWorker(client: database, time: time, logger: logger)

    var services = process.foundation(database: database, host: configuration.host, port: configuration.port)
    services.append(redis)
    services.append(process.duty("inbox", idle: .milliseconds(200)) { try await inbox.processBatch(limit: 1_000) == 1_000 })
    services.append(process.duty("domain-groups", idle: .seconds(5)) { try await throttle.keepGroups(now: time.now) })
    services.append(process.duty("click-spool", idle: .seconds(1)) { try await maintenance.drainClicks() })
    services.append(
        process.duty("partitions", idle: .seconds(3_600)) {
            try await maintenance.ensurePartitions()
            return false
        }
    )
    services.append(
        process.duty("retention", idle: .seconds(600)) {
            _ = try await idempotency.deleteExpired()
            try await inbox.deleteExpiredReports()
            return try await retention.run()
        }
    )
    let bulk = BulkOperations(client: database, time: time, logger: logger)
    services.append(process.duty("bulk-operations", idle: .milliseconds(500)) { try await bulk.step() })
    services.append(process.duty("bulk-log-retention", idle: .seconds(600)) { try await bulk.forgetExpired() })
    let tags = TagRepository(client: database)
    services.append(process.duty("tag-counts", idle: .seconds(5)) { try await tags.foldChanges() })
    services += reportDuties(database: database, time: time, process: process)
    services.append(process.duty("suppression-expiry", idle: .seconds(60)) { try await expiry.run() })
    services.append(process.duty("erasure", idle: .seconds(1)) { try await erasure.run() })
    let filler = FilteredListFiller(client: database, time: time, logger: logger)
    services.append(process.duty("filtered-lists", idle: .seconds(5)) { try await filler.step() })
    let upkeep = RecipientUpkeep(client: database, time: time)
    services.append(process.duty("engagement-ageing", idle: .seconds(60)) { try await upkeep.ageEngagement() })
    let queueUpkeep = QueueUpkeep(client: database, time: time)
    services.append(process.duty("queue-upkeep", idle: .seconds(2)) { try await queueUpkeep.run() })
    services.append(process.duty("suppression-ends", idle: .seconds(10)) { try await upkeep.endSuppressions() })
    let gauges = BacklogGauges(database: database, time: time)
    services.append(
        process.duty("backlog", idle: .seconds(10)) {
            try await gauges.update()
            return false
        }
    )
    services += webhookServices(configuration, database: database, time: time, process: process)
    let platform = PlatformClient(
        client: .shared,
        base: configuration.platform.apiBase,
        token: configuration.platform.publicToken?.reveal()
    )
    if configuration.platform.publicToken != nil {
        let registrar = WebhookRegistrar(client: database, publicBase: configuration.links.publicBase, time: time, logger: logger) {
            try await platform.registerWebhook(motorBlockID: $0, url: $1)
        }
        services.append(process.duty("webhook-registration", idle: .seconds(5)) { try await registrar.round() })
    }
    if !configuration.snsTopics.isEmpty {
        let documents = PublicDocument()
        let subscriber = SNSSubscriber(client: database, topics: configuration.snsTopics, time: time, logger: logger) {
            try await documents.fetch($0)
        }
        services.append(DocumentsService(documents: documents))
        services.append(process.duty("sns-subscriptions", idle: .seconds(5)) { try await subscriber.round() })
    }
    if let settings = configuration.bounceMailbox {
        let mailbox = bounceMailbox(settings, configuration, database: database, time: time, logger: logger)
        let news = WakeSignal()
        services.append(
            process.duty("bounce-mailbox", idle: settings.interval, wake: news) {
                try await cancelWhenGracefulShutdown { try await mailbox.step() }
            }
        )
        services.append(BounceWatchService(watch: BounceMailboxWatch(settings, logger: logger), readiness: process.readiness, news: news))
    }
    if let interval = configuration.logPollInterval {
        let poller = LogPoller(database: database, platform: platform, time: time, logger: logger)
        services.append(
            process.duty("log-poller", idle: interval) {
                try await poller.round()
                return false
            }
        )
    }
    return services
}

/// The mailbox that bounces come back to.
private func bounceMailbox(
    _ settings: BounceMailboxSettings,
    _ configuration: StatsConfiguration,
    database: PostgresClient,
    time: any TimeSource,
    logger: Logger
) -> BounceMailbox {
    let links = configuration.links
    let secrets = [links.signingSecret, links.previousSigningSecret].compactMap(\.self)
    return BounceMailbox(
        settings,
        database: database,
        returnPath: configuration.returnPath.map { ReturnPath($0, secret: links.signingSecret, previous: links.previousSigningSecret) },
        verifier: LinkTokenVerifier(keys: secrets.compactMap { try? LinkTokenKey(secret: $0.reveal()) }),
        time: time,
        logger: logger
    )
}

/// Closes the connections by which documents are fetched when the daemon stops.
private struct DocumentsService: Service {
    let documents: PublicDocument

    func run() async throws {
        try? await gracefulShutdown()
        await documents.close()
    }
}

/// Hears from the mail server when something comes into the bounce mailbox.
private struct BounceWatchService: Service {
    let watch: BounceMailboxWatch
    let readiness: Readiness
    let news: WakeSignal

    func run() async throws {
        await readiness.whenReady()
        await watch.run { news.give() }
    }
}
