import Redis

/// Everything that comm-sender is told from outside.
package struct SenderConfiguration: Sendable {
    /// Address of the health and metrics pages.
    package var host: String
    /// Their TCP port; nil means none.
    package var port: Int?
    /// Environment, logs, faults.
    package var runtime: RuntimeSettings
    /// The suite's database.
    package var database: DatabaseSettings
    /// The platform's database; nil only when another gateway is chosen.
    package var motoricalDatabase: DatabaseSettings?
    /// The Redis server.
    package var redis: RedisConfiguration
    /// Addresses in messages and the signing secret.
    package var links: LinkSettings
    /// Redis list from which the platform takes its jobs.
    package var deliveryQueue: String
    /// Length of that list above which nothing more is handed over.
    package var deliveryQueueHighWater: Int
    /// The gateways for mail, the first choice first.
    package var mailGateways: [MailGatewaySettings]
    /// Where bounces of the SMTP gateway's messages go; nil for the sender's address.
    package var returnPath: ReturnPathSettings?
    /// Twilio, when it is set up.
    package var twilio: HTTPGatewaySettings?
    /// Firebase, when it is set up.
    package var fcm: HTTPGatewaySettings?
    /// Whether messages go to the log instead (``LogGateway``); never in production.
    package var logsMessages: Bool
    /// Messages that a bulk lane handles together.
    package var chunkSize: Int
    /// How long work is held without renewing.
    package var lease: Duration
    /// Age at which an unconfirmed hand-over is looked up.
    package var reconcileAfter: Duration
    /// Bulk lanes worked at the same time.
    package var lanes: Int
    /// Workers of each express lane.
    package var expressWorkers: Int
}

/// A gateway for mail with what it needs.
package enum MailGatewaySettings: Sendable {
    case motorical
    case smtp(SMTPGatewaySettings)
    case http(HTTPGatewaySettings)
}

extension SenderConfiguration: DaemonConfiguration {
    package static var program: Program { .sender }

    package init(reading reader: inout ConfigurationReader) {
        let runtime = reader.runtime()
        let isLog = reader.logGateway(in: runtime.environment)
        let gateways = isLog ? [] : reader.mailGateways(in: runtime.environment)
        host = reader.value(ConfigurationKeys.host)
        port = reader.port(ConfigurationKeys.senderPort)
        database = reader.database()
        motoricalDatabase = reader.motoricalDatabase(isRequired: gateways.contains { if case .motorical = $0 { true } else { false } })
        redis = reader.redis()
        links = reader.links(in: runtime.environment)
        deliveryQueue = reader.value(ConfigurationKeys.deliveryQueue)
        deliveryQueueHighWater = reader.value(ConfigurationKeys.deliveryQueueHighWater)
        chunkSize = reader.value(ConfigurationKeys.chunkSize)
        lease = .seconds(reader.value(ConfigurationKeys.leaseSeconds))
        reconcileAfter = .seconds(reader.value(ConfigurationKeys.reconcileAfterSeconds))
        lanes = reader.value(ConfigurationKeys.lanes)
        expressWorkers = reader.value(ConfigurationKeys.expressWorkers)
        self.runtime = runtime
        mailGateways = gateways
        logsMessages = isLog
        returnPath = reader.returnPath()
        twilio = reader.twilio()
        fcm = reader.fcm(in: runtime.environment)
    }
}
