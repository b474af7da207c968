import CommCore
import Crypto
import Foundation
import Hummingbird
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
        let secrets = [configuration.links.signingSecret, configuration.links.previousSigningSecret].compactMap { $0 }
        let keys = try secrets.map { try LinkTokenKey(secret: $0.reveal()) }
        let links = TrackedLinks(verifier: LinkTokenVerifier(keys: keys), time: surroundings.time)
        let documents = PublicDocument()
        let routes = try Routes(
            configuration,
            in: surroundings,
            documents: documents,
            postgres: postgres,
            redis: redis,
            platform: platform,
            inbox: inbox,
            links: links,
            clicks: clicks,
            stores: stores
        )
        let (router, declared) = routes.build()
        var services: [any Service] = [postgres, redis, DocumentsService(documents: documents), stores, inbox, clicks]
        if let platform { services.append(platform) }
        return API(
            server: server(router, links, clicks, configuration, logger: surroundings.logger),
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
        logger: Logger
    ) -> Application<RouterResponder<APIContext>> {
        let metrics = TrackingMetrics()
        let dates = HTTPDates()
        return Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        TrackingHandler(links: links, recorder: clicks, metrics: metrics, dates: dates, idleTimeout: idleTimeout),
                        UnreadBodyHandler(limit: unreadLimit),
                    ],
                    idleTimeout: nil,  // TrackingHandler sees to it
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)
                )
            ),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1024,
                availableConnectionsDelegate: .maximum(10_000, logger: logger)
            ),
            logger: logger
        )
    }
}

extension Routes {
    /// How many requests of tenants run at once: several for each database connection, so that none idles.
    private static let requestsPerConnection = 25

    /// Gives every controller what it uses.
    fileprivate init(
        _ configuration: APIConfiguration,
        in surroundings: API.Surroundings,
        documents: PublicDocument,
        postgres: PostgresClient,
        redis: RedisClient,
        platform: PostgresClient?,
        inbox: InboxWriter,
        links trackedLinks: TrackedLinks,
        clicks: ClickRecorder,
        stores: StoreWatch
    ) throws {
        let time = surroundings.time
        let bodyLimit = configuration.maxBodyBytes
        let links = configuration.links
        let pipeline = CompilePipeline(hooks: CompileHook.builtIn, limits: configuration.templateLimits)
        let campaignRepository = CampaignRepository(client: postgres, time: time)
        let subscriptions = SubscriptionService(client: postgres, time: time)
        let key = try LinkTokenKey(secret: links.signingSecret.reveal())
        let verifier = trackedLinks.verifier
        let bases = try LinkBases(tracking: links.trackingBase, publicBase: links.publicBase)
        let signer = LinkTokenSigner(key: key)
        let messages = MessageRebuilder(
            client: postgres,
            fromAddress: links.fromAddress,
            unsubscribeMailto: links.unsubscribeMailto,
            bases: bases,
            signer: signer
        )
        let compiler = CampaignCompiler(
            client: postgres,
            time: time,
            pipeline: pipeline,
            trackingBase: links.trackingBase,
            preflight: Preflight(client: postgres, bases: bases, signer: signer, verifier: verifier, fromAddress: links.fromAddress)
        )
        let pages = try PublicPageRenderer()

        authenticator = Authenticator(
            tenants: TenantRepository(client: postgres, time: time),
            keys: APIKeyRepository(client: postgres, time: time),
            internalToken: configuration.internalToken
        )
        idempotency = IdempotencyMiddleware(
            repository: IdempotencyRepository(client: postgres, time: time),
            maxBodyBytes: bodyLimit
        )
        inFlightLimit = configuration.database.poolSize * Self.requestsPerConnection
        uploadRate = UploadRateLimitMiddleware(rate: UploadRateLimit(redis: redis, limit: configuration.importsPerWindow), time: time)
        health = HealthController(stores: stores)
        operations = OperationsController(registry: surroundings.registry)
        provisioning = ProvisioningController(tenants: TenantRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        keys = KeysController(keys: APIKeyRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        lists = ListsController(
            lists: ListRepository(client: postgres, time: time),
            members: ListMembershipRepository(client: postgres, time: time),
            exports: ListExportRepository(client: postgres),
            time: time,
            bodyLimit: bodyLimit
        )
        filteredLists = FilteredListsController(lists: FilteredListRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        recipients = RecipientsController(
            recipients: RecipientRepository(client: postgres, time: time),
            exports: RecipientExportRepository(client: postgres, time: time),
            filters: SavedFilterRepository(client: postgres, time: time),
            campaigns: RecipientCampaignRepository(client: postgres),
            time: time,
            bodyLimit: bodyLimit
        )
        imports = ImportsController(
            importer: ContactImporter(client: postgres, time: time),
            imports: ImportRepository(client: postgres),
            audit: AuditRepository(client: postgres),
            fileLimit: configuration.maxImportBytes
        )
        contacts = ContactsController(
            contacts: ContactRepository(client: postgres, time: time),
            subscriptions: subscriptions,
            bodyLimit: bodyLimit
        )
        let bulk = BulkOperations(client: postgres, time: time, logger: surroundings.logger)
        bulkOperations = BulkOperationsController(
            operations: bulk,
            results: BulkResultRepository(client: postgres),
            time: time,
            bodyLimit: bodyLimit
        )
        recycleBin = RecycleBinController(
            operations: bulk,
            bin: RecycleBinRepository(client: postgres, time: time),
            time: time,
            bodyLimit: bodyLimit
        )
        records = RecipientRecordController(editor: ContactEditor(client: postgres, time: time), bodyLimit: bodyLimit)
        tags = TagsController(tags: TagRepository(client: postgres), operations: bulk, bulk: bulkOperations, bodyLimit: bodyLimit)
        let suppressionRepository = SuppressionRepository(client: postgres, time: time)
        suppressions = SuppressionsController(
            suppressions: suppressionRepository,
            entries: SuppressionListRepository(client: postgres, time: time),
            bulk: SuppressionBulk(repository: suppressionRepository, time: time),
            importer: SuppressionImporter(repository: suppressionRepository, audit: AuditRepository(client: postgres), time: time),
            bounces: platform.map { BounceImporter(client: postgres, platform: $0, time: time) },
            time: time,
            bodyLimit: bodyLimit,
            fileLimit: configuration.maxImportBytes
        )
        audit = AuditController(audit: AuditRepository(client: postgres), time: time)
        persons = PersonController(
            exports: PersonExport(client: postgres, time: time),
            erasures: ErasureRepository(client: postgres, time: time),
            mail: configuration.backendURL.map {
                SystemMailClient(base: $0, token: configuration.internalToken.reveal())
            },
            time: time,
            bodyLimit: bodyLimit
        )
        consents = ConsentsController(consents: ConsentRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        retention = RetentionController(retention: RetentionRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        limiter = RateLimiter(settings: configuration.rates, redis: redis, time: time)
        templates = TemplatesController(
            templates: TemplateRepository(client: postgres, time: time),
            validator: try TemplateValidator(pipeline: pipeline, publicBase: links.publicBase, time: time),
            bodyLimit: bodyLimit
        )
        let facts = CampaignFactsRepository(client: postgres, time: time)
        campaigns = CampaignsController(campaigns: campaignRepository, facts: facts, time: time, bodyLimit: bodyLimit)
        approvals = CampaignApprovalsController(
            approver: CampaignApprover(compiler: compiler),
            approvals: ApprovalRepository(client: postgres),
            campaigns: campaignRepository,
            bodyLimit: bodyLimit
        )
        campaignRecipients = CampaignRecipientsController(
            recipients: CampaignRecipientRepository(client: postgres, time: time),
            facts: facts,
            stats: CampaignStatsRepository(client: postgres)
        )
        campaignTests = CampaignTestsController(
            tester: CampaignTester(compiler: compiler),
            retries: RetryRepository(client: postgres, time: time),
            bodyLimit: bodyLimit
        )
        commands = CampaignCommandsController(
            campaigns: campaignRepository,
            compiler: compiler,
            scheduler: CampaignScheduler(compiler: compiler),
            bodyLimit: bodyLimit
        )
        let preview = try CampaignPreview(compiler: compiler, publicBase: links.publicBase)
        audienceChecks = AudienceCheckController(
            checker: AudienceChecker(preview: preview, repository: AudienceCheckRepository(client: postgres), time: time)
        )
        let campaignReports = CampaignReportRepository(client: postgres)
        reports = CampaignReportsController(
            artifacts: ArtifactRepository(client: postgres),
            preview: preview,
            stats: CampaignStatsRepository(client: postgres),
            counts: campaignReports,
            time: time,
            bodyLimit: bodyLimit
        )
        let (tenantReports, explorer) = (TenantReportRepository(client: postgres), EventExplorer(client: postgres))
        analytics = AnalyticsController(
            dashboards: DashboardRepository(client: postgres),
            overviews: OverviewRepository(client: postgres),
            lists: ListReportRepository(client: postgres),
            reports: tenantReports,
            time: time
        )
        campaignAnalytics = CampaignAnalyticsController(
            reports: campaignReports,
            insights: CampaignInsightsRepository(client: postgres),
            explorer: explorer,
            tenants: tenantReports,
            time: time
        )
        trackingExplorer = TrackingExplorerController(
            explorer: explorer,
            export: EventExport(explorer: explorer),
            reports: tenantReports,
            time: time
        )
        unsubscribeReports = UnsubscribeReportsController(explorer: explorer, reports: tenantReports, time: time)
        webhook = WebhookController(
            append: { try await inbox.append(source: MotoricalSource.webhook, payload: $0) },
            secret: configuration.webhookSecret,
            bodyLimit: bodyLimit,
            time: time
        )
        tracking = TrackingController(links: trackedLinks, clicks: clicks, pages: pages)
        providers = ProviderWebhooks(
            configuration.providerWebhooks,
            inbox: ProviderInbox(commit: { try await inbox.append(source: $0, payload: $1) }, bodyLimit: bodyLimit),
            redis: redis,
            time: time,
            fetch: surroundings.fetch ?? { try await documents.fetch($0) }
        )
        preflight = PreflightController(compiler: compiler)
        settings = SendingSettingsController(settings: SendingSettingsRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        self.messages = RecipientMessageController(messages: messages)
        webVersion = WebVersionController(verifier: verifier, messages: messages, pages: pages, time: time)
        let preferencesService = PreferencesService(client: postgres, time: time)
        unsubscribe = UnsubscribeController(
            verifier: verifier,
            signer: signer,
            subscriptions: subscriptions,
            preferences: preferencesService,
            pages: pages,
            time: time
        )
        preferences = PreferencesController(
            verifier: verifier,
            preferences: preferencesService,
            subscriptions: subscriptions,
            pages: pages,
            time: time
        )
        trackingSettings = TrackingSettingsController(
            settings: TrackingSettingsRepository(client: postgres, time: time),
            check: TrackingDomainCheck(resolver: surroundings.resolver, trackingBase: links.trackingBase),
            bodyLimit: bodyLimit
        )
        campaignTracking = CampaignTrackingController(campaigns: campaignRepository, bodyLimit: bodyLimit)
        listVisibility = ListVisibilityController(lists: ListRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        unsubscribeSettings = UnsubscribeSettingsController(
            settings: UnsubscribeSettingsRepository(client: postgres, time: time),
            bodyLimit: bodyLimit
        )
    }
}
