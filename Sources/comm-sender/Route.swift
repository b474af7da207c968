import CommCore
import Daemon
import Postgres
import Redis
import ServiceLifecycle

/// The gateway that this sender hands messages to, and the services it needs.
struct Route {
    let gateway: any Gateway
    let services: [any Service]

    /// The delivery service or SMTP server that is configured, else the platform.
    static func make(_ configuration: SenderConfiguration, redis: RedisClient, process: DaemonProcess) throws -> Route {
        if let provider = configuration.provider {
            let gateway = HTTPGateway(
                provider,
                memory: HandoverMemory(redis: redis, gateway: provider.name),
                faults: configuration.runtime.faults,
                logger: process.logger
            )
            return Route(gateway: gateway, services: [ConnectionCloser(close: gateway.close)])
        }
        if let smtp = configuration.smtp {
            let gateway = SMTPGateway(
                settings: smtp,
                memory: HandoverMemory(redis: redis, gateway: "smtp"),
                returnPath: configuration.returnPath.map { ReturnPath($0, secret: configuration.links.signingSecret) },
                faults: configuration.runtime.faults,
                logger: process.logger
            )
            return Route(gateway: gateway, services: [ConnectionCloser(close: gateway.close)])
        }
        guard let database = configuration.motoricalDatabase else { throw RouteError.noGateway }
        let platform = PostgresClient(
            configuration: PostgresConfiguration(
                url: database.url.reveal(),
                poolSize: configuration.lanes + 2,
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
        return Route(gateway: gateway, services: [platform])
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
enum RouteError: Error, CustomStringConvertible {
    case noGateway

    var description: String { "MOTORICAL_DB_URL is missing and COMM_GATEWAY names no other gateway: there is nobody to hand messages to" }
}
