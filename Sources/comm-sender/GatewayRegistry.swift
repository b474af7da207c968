import CommCore
import Daemon
import Postgres
import Redis
import ServiceLifecycle

/// The gateways that this sender has, in the order in which they are tried, and the services that they need.
struct GatewayRegistry {
    private(set) var gateways: [any Gateway] = []
    private(set) var services: [any Service] = []

    /// All gateways of the configuration.
    init(_ configuration: SenderConfiguration, redis: RedisClient, process: DaemonProcess) throws {
        let faults = configuration.runtime.faults
        if configuration.logsMessages {
            let showsContent = configuration.runtime.environment == .development
            gateways = Channel.allCases.map { LogGateway(channel: $0, showsContent: showsContent, logger: process.logger) }
            return
        }
        for settings in configuration.mailGateways {
            switch settings {
            case .motorical: try add(platform: configuration, redis: redis, process: process)
            case .smtp(let smtp):
                let gateway = SMTPGateway(
                    settings: smtp,
                    memory: HandoverMemory(redis: redis, gateway: "smtp"),
                    returnPath: configuration.returnPath.map { ReturnPath($0, secret: configuration.links.signingSecret) },
                    faults: faults,
                    logger: process.logger
                )
                gateways.append(gateway)
                services.append(ConnectionCloser(close: gateway.close))
            case .http(let http): add(http, redis: redis, faults: faults, process: process)
            }
        }
        for settings in [configuration.twilio, configuration.fcm].compactMap(\.self) {
            add(settings, redis: redis, faults: faults, process: process)
        }
    }

    /// For each channel the names in their order.
    var routes: [Channel: [String]] {
        Dictionary(grouping: gateways, by: \.channel).mapValues { $0.map(\.name) }
    }

    private mutating func add(_ settings: HTTPGatewaySettings, redis: RedisClient, faults: FaultPoints, process: DaemonProcess) {
        let gateway = HTTPGateway(
            settings,
            memory: HandoverMemory(redis: redis, gateway: settings.name),
            faults: faults,
            logger: process.logger
        )
        gateways.append(gateway)
        services.append(ConnectionCloser(close: gateway.close))
    }

    private mutating func add(platform configuration: SenderConfiguration, redis: RedisClient, process: DaemonProcess) throws {
        guard let database = configuration.motoricalDatabase else { throw GatewayRegistryError.noGateway }
        let platform = PostgresClient(
            configuration: PostgresConfiguration(
                url: database.url.reveal(),
                poolSize: configuration.lanes + 2 * configuration.expressWorkers + 2,
                applicationName: process.name
            ),
            logger: process.logger
        )
        let gateway = MotoricalGateway(
            logs: EmailLogRepository(client: platform),
            queue: DeliveryQueue(redis: redis, list: configuration.deliveryQueue),
            highWater: configuration.deliveryQueueHighWater,
            faults: configuration.runtime.faults
        )
        gateways.append(gateway)
        services.append(platform)
    }
}

/// Closes the gateway's connections once the lanes, which stop before it, are done with them.
private struct ConnectionCloser: Service {
    let close: @Sendable () async -> Void

    func run() async throws {
        try? await gracefulShutdown()
        await close()
    }
}

/// Why no gateway could be set up.
enum GatewayRegistryError: Error, CustomStringConvertible {
    case noGateway

    var description: String { "MOTORICAL_DB_URL is missing and COMM_GATEWAY names no other gateway: there is nobody to hand messages to" }
}
