import CommCore
import Foundation
import Logging
import Postgres
import Redis

/// What answers the requests: the API's object graph, up to the handlers that the routes name.
///
/// A class, so that naming one handler does not copy all of them.
final class Controllers: Sendable {
    let health: HealthController
    let operations: OperationsController
    let provisioning: ProvisioningController
    let keys: KeysController
    let lists: ListsController
    let filteredLists: FilteredListsController
    let imports: ImportsController
    let contacts: ContactsController
    let bulkOperations: BulkOperationsController
    let recycleBin: RecycleBinController
    let records: RecipientRecordController
    let tags: TagsController
    let recipients: RecipientsController
    let suppressions: SuppressionsController
    let templates: TemplatesController
    let campaigns: CampaignsController
    let approvals: CampaignApprovalsController
    let campaignRecipients: CampaignRecipientsController
    let campaignTests: CampaignTestsController
    let commands: CampaignCommandsController
    let reports: CampaignReportsController
    let audienceChecks: AudienceCheckController
    let webhook: WebhookController
    let providers: ProviderWebhooks
    let tracking: TrackingController
    let unsubscribe: UnsubscribeController
    let messages: RecipientMessageController
    let messageStatus: MessageStatusController
    let queueControl: QueueControlController
    let webVersion: WebVersionController
    let preflight: PreflightController
    let settings: SendingSettingsController
    let analytics: AnalyticsController
    let campaignAnalytics: CampaignAnalyticsController
    let trackingExplorer: TrackingExplorerController
    let unsubscribeReports: UnsubscribeReportsController
    let audit: AuditController
    let persons: PersonController
    let consents: ConsentsController
    let retention: RetentionController
    let bounceRules: BounceRulesController
    let limits: LimitsController
    let gatewayLimits: GatewayLimitsController
    let domainGroups: DomainGroupsController
    let globalSuppressions: GlobalSuppressionsController
    let replyRules: ReplyRulesController
    let trackingSettings: TrackingSettingsController
    let unsubscribeSettings: UnsubscribeSettingsController
    let preferences: PreferencesController
    let campaignTracking: CampaignTrackingController
    let listVisibility: ListVisibilityController
    let webhookEndpoints: WebhookEndpointsController
    let webhookDeliveries: WebhookDeliveriesController
    let eventStream: EventStreamController
    let messageIntake: MessageIntakeController
    let messageTemplates: MessageTemplatesController
    let messageTypes: MessageTypesController
    let gateways: GatewaysController

    /// Gives every controller what it uses.
    init(
        _ configuration: APIConfiguration,
        in surroundings: API.Surroundings,
        documents: PublicDocument,
        postgres: PostgresClient,
        redis: RedisClient,
        platform: PostgresClient?,
        inbox: InboxWriter,
        signer: LinkTokenSigner,
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
        let verifier = trackedLinks.verifier
        let bases = try LinkBases(tracking: links.trackingBase, publicBase: links.publicBase)
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
        let messageCompiler = MessageCompiler(pipeline: pipeline, trackingBase: links.trackingBase)
        messageIntake = MessageIntakeController(
            submitter: MessageSubmitter(client: postgres, time: time, compiler: messageCompiler, bell: ExpressBell(client: postgres)),
            once: IdempotencyMiddleware(repository: IdempotencyRepository(client: postgres, time: time), maxBodyBytes: bodyLimit)
        )
        messageTemplates = MessageTemplatesController(
            templates: MessageTemplateRepository(client: postgres, time: time, compiler: messageCompiler),
            bodyLimit: bodyLimit
        )
        gateways = GatewaysController(
            routes: RouteRepository(client: postgres, time: time),
            health: ChannelHealthRepository(client: postgres),
            time: time,
            bodyLimit: bodyLimit
        )
        messageTypes = MessageTypesController(types: MessageTypeRepository(client: postgres, time: time), bodyLimit: bodyLimit)

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
            filters: SavedFilterRepository(client: postgres, time: time),
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
        let messageList = MessageListRepository(client: postgres, time: time)
        messageStatus = MessageStatusController(
            messages: MessageStatusRepository(client: postgres, time: time),
            list: messageList,
            cancellation: MessageCancellation(client: postgres, time: time),
            stats: QueueStatsRepository(client: postgres, time: time),
            time: time
        )
        queueControl = QueueControlController(
            pauses: QueuePauseRepository(client: postgres, time: time),
            campaigns: campaignRepository,
            retries: MessageRetryRepository(client: postgres, time: time),
            campaignRetries: RetryRepository(client: postgres, time: time),
            list: messageList,
            upkeep: QueueUpkeep(client: postgres, time: time),
            time: time,
            bodyLimit: bodyLimit
        )
        let suppressionRepository = SuppressionRepository(client: postgres, time: time)
        suppressions = SuppressionsController(
            suppressions: suppressionRepository,
            entries: SuppressionListRepository(client: postgres, time: time),
            bulk: SuppressionBulk(repository: suppressionRepository, time: time),
            importer: SuppressionImporter(client: postgres, time: time),
            expiry: SuppressionExpiry(client: postgres, time: time),
            imports: ImportRepository(client: postgres),
            once: IdempotencyMiddleware(
                repository: IdempotencyRepository(client: postgres, time: time),
                maxBodyBytes: configuration.maxBodyBytes
            ),
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
        limits = LimitsController(
            limits: TenantLimitRepository(client: postgres, time: time),
            standings: BucketStandings(redis: redis),
            time: time,
            bodyLimit: bodyLimit
        )
        domainGroups = DomainGroupsController(
            groups: DomainGroupRepository(client: postgres, time: time),
            bodyLimit: bodyLimit
        )
        globalSuppressions = GlobalSuppressionsController(
            suppressions: GlobalSuppressionRepository(client: postgres, time: time),
            bodyLimit: bodyLimit
        )
        gatewayLimits = GatewayLimitsController(
            limits: GatewayLimitRepository(client: postgres, time: time),
            adjustments: RateAdjustmentRepository(client: postgres),
            time: time,
            bodyLimit: bodyLimit
        )
        replyRules = ReplyRulesController(rules: ReplyRuleRepository(client: postgres, time: time), bodyLimit: bodyLimit)
        bounceRules = BounceRulesController(rules: BounceRulesRepository(client: postgres, time: time), bodyLimit: bodyLimit)
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
            publicBase: links.publicBase,
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
        let endpoints = WebhookEndpointRepository(
            client: postgres,
            time: time,
            seal: CredentialSeal(secret: links.signingSecret, previous: links.previousSigningSecret),
            policy: configuration.webhookTargets
        )
        webhookEndpoints = WebhookEndpointsController(endpoints: endpoints, bodyLimit: bodyLimit)
        webhookDeliveries = WebhookDeliveriesController(
            endpoints: endpoints,
            requests: WebhookRequestRepository(client: postgres, time: time),
            log: WebhookLogRepository(client: postgres, time: time),
            time: time,
            bodyLimit: bodyLimit
        )
        eventStream = EventStreamController(
            feed: EventFeedRepository(client: postgres, time: time),
            permits: StreamPermits(limit: configuration.eventStreamsPerTenant),
            pace: surroundings.streams
        )
    }
}
