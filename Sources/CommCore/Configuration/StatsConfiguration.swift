import Redis

/// Everything that comm-stats is told from outside.
package struct StatsConfiguration: Sendable {
    /// Address of the health and metrics pages.
    package var host: String
    /// Their TCP port; nil means none.
    package var port: Int?
    /// Environment, logs, faults.
    package var runtime: RuntimeSettings
    /// The suite's database.
    package var database: DatabaseSettings
    /// The platform's database, when it is known.
    package var motoricalDatabase: DatabaseSettings?
    /// The Redis server.
    package var redis: RedisConfiguration
    /// Addresses in messages and the signing secret.
    package var links: LinkSettings
    /// The platform's HTTP API.
    package var platform: PlatformSettings
    /// Shown to the platform when its delivery logs are read.
    package var internalToken: Secret?
    /// Redis list from which the platform takes its jobs.
    package var deliveryQueue: String
    /// Pause between two readings of the platform's delivery logs; nil means none.
    package var logPollInterval: Duration?
    /// SNS topics whose subscriptions are confirmed.
    package var snsTopics: Set<String>
    /// What the return paths look like by which bounces are recognised.
    package var returnPath: ReturnPathSettings?
    /// The mailbox that bounces come back to, when one is read.
    package var bounceMailbox: BounceMailboxSettings?
    /// Webhooks out.
    package var webhooks: WebhookSettings
}

extension StatsConfiguration: DaemonConfiguration {
    package static var program: Program { .stats }

    package init(reading reader: inout ConfigurationReader) {
        let runtime = reader.runtime()
        let pollSeconds = reader.value(ConfigurationKeys.logPollSeconds)
        host = reader.value(ConfigurationKeys.host)
        port = reader.port(ConfigurationKeys.statsPort)
        database = reader.database()
        motoricalDatabase = reader.motoricalDatabase(isRequired: false)
        redis = reader.redis()
        links = reader.links(in: runtime.environment)
        platform = reader.platform()
        internalToken = reader.value(ConfigurationKeys.internalToken)
        deliveryQueue = reader.value(ConfigurationKeys.deliveryQueue)
        let followsPlatform = [.auto, .motorical].contains(reader.value(ConfigurationKeys.gateway))
        logPollInterval = pollSeconds == 0 || !followsPlatform ? nil : .seconds(pollSeconds)
        snsTopics = reader.snsTopics()
        returnPath = reader.returnPath()
        bounceMailbox = reader.bounceMailbox(in: runtime.environment)
        webhooks = reader.webhooks(in: runtime.environment)
        self.runtime = runtime
    }
}
