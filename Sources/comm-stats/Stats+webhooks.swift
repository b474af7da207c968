import CommCore
import Daemon
import Foundation
import Postgres
import ServiceLifecycle
import Systemd

/// What tells tenants their events: the sending of webhooks, and the upkeep of their log and of the feeds.
func webhookServices(
    _ configuration: StatsConfiguration,
    database: PostgresClient,
    time: any TimeSource,
    process: DaemonProcess
) -> [any Service] {
    let webhooks = configuration.webhooks
    let seal = CredentialSeal(secret: configuration.links.signingSecret, previous: configuration.links.previousSigningSecret)
    let upkeep = WebhookUpkeep(client: database, time: time, seal: seal, days: webhooks.logDays)
    let feeds = EventFeedUpkeep(client: database, time: time, days: webhooks.feedDays)
    var services: [any Service] = [
        process.duty("webhook-upkeep", idle: .seconds(600)) { try await upkeep.run() },
        process.duty("feed-upkeep", idle: .seconds(600)) { try await feeds.run() },
    ]
    guard webhooks.concurrency > 0 else { return services }
    var settings = WebhookDispatcher.Settings()
    settings.concurrency = webhooks.concurrency
    settings.timeout = webhooks.timeout
    let dispatcher = WebhookDispatcher(
        client: database,
        owner: "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)",
        seal: seal,
        policy: webhooks.policy,
        resolver: SystemHostResolver(),
        settings: settings,
        time: time,
        faults: configuration.runtime.faults,
        logger: process.logger
    )
    let heartbeat = Heartbeat()
    process.watch(heartbeat)
    services.append(WebhookService(dispatcher: dispatcher, readiness: process.readiness, heartbeat: heartbeat))
    return services
}

/// The dispatcher as a service: begins when the daemon may work, and beats its heart.
private struct WebhookService: Service {
    let dispatcher: WebhookDispatcher
    let readiness: Readiness
    let heartbeat: Heartbeat

    func run() async throws {
        await readiness.whenReady()
        let heartbeat = heartbeat
        await dispatcher.run { heartbeat.beat() }
    }
}
