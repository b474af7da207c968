import CommCore
import Crypto
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Postgres
import Redis
import ServiceLifecycle
import Systemd
import Telemetry

extension API {
    /// What surrounds the process.
    ///
    /// Tests give their own.
    struct Surroundings: Sendable {
        var time: any TimeSource = SystemTime()
        var registry: PrometheusRegistry
        var notifier: SystemdNotifier
        var heartbeat = Heartbeat()
        var resolver: any HostResolver = SystemHostResolver()
        var logger: Logger
        /// Fetches public keys and certificates; over the network when nil.
        var fetch: (@Sendable (_ address: String) async throws -> [UInt8])?
        var streams = EventStreamPace()
        var patience = StalledReaderHandler.Patience()
    }

    /// Makes the object graph.
    ///
    /// Nothing is connected before the services run.
    ///
    /// - Parameter role: the database role to take on; the login's own when nil.
    static func build(_ configuration: APIConfiguration, in surroundings: Surroundings, role: String? = nil) throws -> API {
        let postgres = PostgresClient(
            configuration: PostgresConfiguration(
                url: configuration.database.url.reveal(),
                poolSize: configuration.database.poolSize,
                applicationName: "comm-api",
                role: role
            ),
            logger: surroundings.logger
        )
        let redis = RedisClient(configuration: configuration.redis, logger: surroundings.logger)
        // Only asked for bounces, now and then.
        let platform = configuration.motoricalDatabase.map {
            PostgresClient(
                configuration: PostgresConfiguration(url: $0.url.reveal(), poolSize: 2, applicationName: "comm-api"),
                logger: surroundings.logger
            )
        }
        let inbox = InboxWriter(client: postgres, time: surroundings.time, logger: surroundings.logger)
        let spool = ClickSpool(redis: redis)
        let tracked = TrackingInbox(client: postgres, time: surroundings.time, logger: surroundings.logger)
        let clicks = ClickRecorder(
            inbox: { try await tracked.append($0) },
            spool: { try await spool.append($0) },
            logger: surroundings.logger
        )
        let stores = StoreWatch(
            postgres: { _ = try await postgres.query("SELECT 1") },
            schema: { try await SchemaGuard.requireCurrent(postgres) },
            redis: { _ = try await redis.send(["PING"]) },
            notifier: surroundings.notifier,
            heartbeat: surroundings.heartbeat,
            logger: surroundings.logger
        )
        let key = try LinkTokenKey(secret: configuration.links.signingSecret.reveal())
        let previous = try configuration.links.previousSigningSecret.map { try LinkTokenKey(secret: $0.reveal()) }
        let links = TrackedLinks(verifier: LinkTokenVerifier(keys: [key] + [previous].compactMap(\.self)), time: surroundings.time)
        let documents = PublicDocument()
        let controllers = try Controllers(
            configuration,
            in: surroundings,
            documents: documents,
            postgres: postgres,
            redis: redis,
            platform: platform,
            inbox: inbox,
            signer: LinkTokenSigner(key: key),
            links: links,
            clicks: clicks,
            stores: stores
        )
        let routes = Routes(configuration, controllers, postgres: postgres, redis: redis, time: surroundings.time)
        let (router, declared) = routes.build()
        var services: [any Service] = [postgres, redis, DocumentsService(documents: documents), stores, inbox, clicks]
        if let platform { services.append(platform) }
        return API(
            server: server(router, links, clicks, configuration, in: surroundings),
            services: services,
            routes: declared
        )
    }

    /// The most that is read of a request after its answer, so that clients which send first and read later get it (bytes).
    private static let unreadLimit = 64 << 20

    /// How long a connection may be silent.
    private static let idleTimeout = TimeAmount.seconds(60)

    /// Bounds on what one connection may ask for, and on how many there are.
    private static func server(
        _ router: Router<APIContext>,
        _ links: TrackedLinks,
        _ clicks: ClickRecorder,
        _ configuration: APIConfiguration,
        in surroundings: Surroundings
    ) -> Application<RouterResponder<APIContext>> {
        let metrics = TrackingMetrics()
        let dates = HTTPDates()
        let patience = surroundings.patience
        return Application(
            router: router,
            server: HTTPServerBuilder { responder in
                let configuration = HTTP1Channel.Configuration(
                    additionalChannelHandlers: [StalledReaderHandler(patience: patience), UnreadBodyHandler(limit: unreadLimit)],
                    idleTimeout: nil,  // TrackingHandler sees to it
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
                )
                return TrackedChannel(base: HTTP1Channel(responder: responder, configuration: configuration)) {
                    TrackingHandler(links: links, recorder: clicks, metrics: metrics, dates: dates, idleTimeout: idleTimeout)
                }
            },
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1024,
                availableConnectionsDelegate: .maximum(10_000, logger: surroundings.logger)
            ),
            logger: surroundings.logger
        )
    }
}

extension Routes {
    /// How many requests of tenants run at once: several for each database connection, so that none idles.
    private static let requestsPerConnection = 25

    /// The guards before the handlers.
    fileprivate init(
        _ configuration: APIConfiguration,
        _ controllers: Controllers,
        postgres: PostgresClient,
        redis: RedisClient,
        time: any TimeSource
    ) {
        self.controllers = controllers
        authenticator = Authenticator(
            tenants: TenantRepository(client: postgres, time: time),
            keys: APIKeyRepository(client: postgres, time: time),
            internalToken: configuration.internalToken
        )
        idempotency = IdempotencyMiddleware(
            repository: IdempotencyRepository(client: postgres, time: time),
            maxBodyBytes: configuration.maxBodyBytes
        )
        inFlightLimit = configuration.database.poolSize * Self.requestsPerConnection
        uploadRate = UploadRateLimitMiddleware(rate: UploadRateLimit(redis: redis, limit: configuration.importsPerWindow), time: time)
        limiter = RateLimiter(settings: configuration.rates, redis: redis, time: time)
    }
}
