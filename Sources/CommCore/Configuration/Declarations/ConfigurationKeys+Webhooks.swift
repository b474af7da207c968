extension ConfigurationKeys {
    static let webhookTargets = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_TARGETS",
            chapter: .webhooks,
            readBy: [.api, .stats],
            summary: "Where tenants may have their events sent: `public` takes https and public addresses only; `any` takes plain http and "
                + "private networks as well, this machine included, for development. `any` is refused in production."
        ),
        default: TargetPolicy.Targets.public
    )

    static let webhookPorts = ConfigurationKey.text(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_PORTS",
            chapter: .webhooks,
            readBy: [.api, .stats],
            summary: "Ports that webhooks may be sent to, with commas between them; of no effect where `COMM_WEBHOOK_TARGETS` is `any`."
        ),
        default: "443,8443"
    )

    static let webhookConcurrency = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_CONCURRENCY",
            chapter: .webhooks,
            readBy: [.stats],
            summary: "Endpoints that a stats daemon serves at once; slow ones get half of the places. 0 sends no webhooks from this daemon."
        ),
        default: 64,
        in: 0...1_000
    )

    static let webhookTimeoutSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_TIMEOUT_SECONDS",
            chapter: .webhooks,
            readBy: [.stats],
            summary: "How long an endpoint may take to answer."
        ),
        default: 15,
        in: 1...20,
        unit: "seconds"
    )

    static let webhookLogDays = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_LOG_DAYS",
            chapter: .webhooks,
            readBy: [.stats],
            summary: "How long the log of webhook deliveries is kept."
        ),
        default: 30,
        in: 1...3_650,
        unit: "days"
    )

    static let eventFeedDays = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_EVENT_FEED_DAYS",
            chapter: .webhooks,
            readBy: [.stats],
            summary: "How far back webhooks can be replayed and event streams be resumed. The events themselves are kept by each tenant's "
                + "retention settings."
        ),
        default: 14,
        in: 1...365,
        unit: "days"
    )

    static let eventStreamsPerTenant = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_EVENT_STREAMS_PER_TENANT",
            chapter: .webhooks,
            readBy: [.api],
            summary: "Event streams that a tenant may have open at once, in each API process."
        ),
        default: 10,
        in: 0...1_000
    )
}
