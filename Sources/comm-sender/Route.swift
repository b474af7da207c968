import CommCore
import Daemon
import Postgres
import Redis
import ServiceLifecycle

/// The gateway that this sender hands messages to, and the services it needs.
struct Route {
    let gateway: any Gateway
    let services: [any Service]

    /// SMTP when it is enabled, else the platform.
    static func make(_ configuration: SenderConfiguration, redis: RedisClient, process: DaemonProcess) throws -> Route {
        if let smtp = configuration.smtp {
            let gateway = SMTPGateway(
                settings: smtp,
                memory: SMTPHandoverMemory(redis: redis),
                faults: configuration.runtime.faults,
                logger: process.logger
            )
            return Route(gateway: gateway, services: [ConnectionCloser(gateway: gateway)])
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
    let gateway: SMTPGateway

    func run() async throws {
        try? await gracefulShutdown()
        await gateway.close()
    }
}

/// Why no gateway could be set up.
enum RouteError: Error, CustomStringConvertible {
    case noGateway

    var description: String { "MOTORICAL_DB_URL is missing and COMM_SMTP_ENABLE is not true: there is no gateway to hand messages to" }
}
