import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import Logging
import Postgres
import Redis
import SMTP
import ServiceLifecycle

/// The object graph of the engine.
struct EngineServices {
    /// In the order of their start; they stop in the opposite order.
    let all: [any Service]
    private let http: HTTPClient

    init(_ command: EngineCommand, logger: Logger) throws {
        let lanes = command.connections * 2
        let postgres = PostgresClient(
            configuration: PostgresConfiguration(url: command.dbURL, poolSize: lanes + 4, applicationName: "motorical-dev"),
            logger: logger
        )
        let redis = RedisClient(configuration: try RedisConfiguration(url: command.redisURL), connections: 2, logger: logger)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.httpConfiguration(command.webhookConcurrency))
        let stats = EngineStats()
        let queue = JobQueue(client: redis, list: command.queue, name: command.name)
        let reporter = WebhookReporter(
            sender: WebhookSender(
                client: http,
                url: command.webhookURL,
                secret: SymmetricKey(data: Data((command.webhookSecret ?? "").utf8))
            ),
            kinds: try command.kinds(),
            concurrency: command.webhookConcurrency,
            misbehaviour: command.misbehave,
            dice: Dice(seed: command.seed),
            stats: stats,
            logger: logger
        )
        let engine = DeliveryEngine(
            queue: queue,
            rows: EmailLogRepository(client: postgres),
            pool: Self.pool(command, logger: logger),
            reporter: reporter,
            stats: stats,
            limit: RateLimit(perSecond: command.rate),
            misbehaviour: command.misbehave,
            lanes: lanes,
            batchSize: command.batch,
            logger: logger
        )
        let api = PlatformAPI(
            logs: DeliveryLogRepository(client: postgres),
            rows: EmailLogRepository(client: postgres),
            queue: queue,
            stats: stats,
            token: command.apiToken,
            startedAt: Date()
        )
        all = [postgres, redis, reporter, engine, api.application(host: command.apiHost, port: command.apiPort, logger: logger)]
    }

    /// Closes what is no service.
    func close() async {
        // Nothing can be done about a client that does not close at the end of the process.
        try? await http.shutdown()
    }

    private static func httpConfiguration(_ concurrency: Int) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        return configuration
    }

    private static func pool(_ command: EngineCommand, logger: Logger) -> SMTPConnectionPool {
        var limits = SMTPConnectionPool.Limits()
        limits.connections = command.connections
        limits.messagesPerConnection = 10_000
        let configuration = SMTPConfiguration(
            host: command.smtpHost,
            port: command.smtpPort,
            tls: SMTPTLS(.none),
            clientName: "engine.motorical-dev.test"
        )
        return SMTPConnectionPool(configuration, limits: limits, logger: logger)
    }
}
