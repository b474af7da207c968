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

/// Every route of the API: method, path, who may call it, and which handler answers.
final class Routes: Sendable {
    let authenticator: Authenticator
    let idempotency: IdempotencyMiddleware
    /// How many requests of tenants may run at once.
    let inFlightLimit: Int
    let uploadRate: UploadRateLimitMiddleware
    let limiter: RateLimiter

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
    let trackingSettings: TrackingSettingsController
    let unsubscribeSettings: UnsubscribeSettingsController
    let preferences: PreferencesController
    let campaignTracking: CampaignTrackingController
    let listVisibility: ListVisibilityController

    /// How many requests of tenants run at once: several for each database connection, so that none idles.
    private static let requestsPerConnection = 25

    /// Gives every controller what it uses.
    init(
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

    /// The router, and the routes without the 405 answers that complete it.
    func build() -> (router: Router<APIContext>, declared: [DeclaredRoute]) {
        let router = Router(context: APIContext.self, options: [.autoGenerateHeadEndpoints])
        router.addMiddleware {
            RequestIDMiddleware()
            AccessLogMiddleware()
            HTTPMetricsMiddleware()
            ProblemMiddleware()
        }
        addPublic(to: router)
        addProviderWebhooks(to: router)
        addProvisioning(to: router.group().add(middleware: PlatformOnlyMiddleware(authenticator: authenticator)))

        let tenants = router.group()
            .add(middleware: InFlightLimitMiddleware(limit: inFlightLimit))
            .add(middleware: AuthenticationMiddleware(authenticator: authenticator))
        addKeys(to: tenants)
        addSettings(to: tenants)
        addContacts(to: tenants)
        addBulkOperations(to: tenants)
        addCompliance(to: tenants)
        addRecipients(to: tenants)
        addTrackingChoices(to: tenants)
        addTemplates(to: tenants)
        addCampaigns(to: tenants)
        addReports(to: tenants)
        addCampaignLifecycle(to: tenants)

        let declared = router.routes.map { DeclaredRoute(method: $0.method, path: $0.path.description) }
        RouteMethods.complete(router)
        return (router, declared)
    }

    /// No credential, or one of their own kind: a signature, a token in the path.
    private func addPublic(to router: Router<APIContext>) {
        router.get("/api/health", use: health.health)
        router.get("/api/ready", use: health.ready)
        router.get("/metrics", use: operations.metrics)
        router.get("/openapi.json", use: operations.openAPI)
        router.post("/api/webhooks/motorical", use: webhook.receive)
        router.get("/c/{token}", use: tracking.click)
        router.head("/c/{token}", use: tracking.peek)
        router.get("/o/{token}", use: tracking.open)
        let pages = router.group().add(middleware: PublicRateLimitMiddleware(limiter: limiter))
        pages.get("/v/{token}", use: webVersion.show)
        pages.get("/t/u/{token}", use: unsubscribe.show)
        pages.post("/t/u/{token}", use: unsubscribe.act)
        pages.get("/p/{token}", use: preferences.show)
        pages.post("/p/{token}", use: preferences.save)
    }

    /// Each is verified by its signature.
    private func addProviderWebhooks(to router: Router<APIContext>) {
        router.post("/api/webhooks/communication/postal", use: providers.postal.receive)
        router.post("/api/webhooks/communication/ses", use: providers.ses.receive)
        router.post("/api/webhooks/communication/mailgun", use: providers.mailgun.receive)
        router.post("/api/email-reliability/webhook/mailgun", use: providers.mailgun.receive)
    }

    /// The platform's internal token.
    private func addProvisioning(to platform: RouterGroup<APIContext>) {
        platform.post("/api/provision/tenant", use: provisioning.provision)
        platform.post("/api/deprovision/tenant", use: provisioning.deprovision)
    }

    // Below: an API key with the scope, or the internal token with X-Tenant-Id.

    private func addKeys(to tenants: RouterGroup<APIContext>) {
        // No idempotency here: a stored answer would keep the key's text.
        let manage = allowed(.keysManage, in: tenants)
        manage.post("/api/keys", use: keys.create)
        manage.get("/api/keys", use: keys.list)
        manage.delete("/api/keys/{id}", use: keys.revoke)
    }

    private func addSettings(to tenants: RouterGroup<APIContext>) {
        let manage = allowed(.settingsManage, in: tenants)
        manage.get("/api/settings/sending", use: settings.get)
        manage.patch("/api/settings/sending", use: settings.update)
        addTrackingSettings(to: manage)
    }

    /// What is tracked, and what people see who unsubscribe.
    private func addTrackingSettings(to manage: RouterGroup<TenantContext>) {
        manage.get("/api/settings/tracking", use: trackingSettings.get)
        manage.patch("/api/settings/tracking", use: trackingSettings.update)
        manage.post("/api/settings/tracking/verify", use: trackingSettings.verify)
        manage.get("/api/settings/unsubscribe", use: unsubscribeSettings.get)
        manage.patch("/api/settings/unsubscribe", use: unsubscribeSettings.update)
    }

    /// What single campaigns track, and which lists people can leave by themselves.
    private func addTrackingChoices(to tenants: RouterGroup<APIContext>) {
        allowed(.campaignsRead, in: tenants).get("/api/campaigns/{id}/tracking", use: campaignTracking.get)
        allowed(.campaignsWrite, in: tenants).put("/api/campaigns/{id}/tracking", use: campaignTracking.set)
        allowed(.contactsWrite, in: tenants).patch("/api/lists/{id}/visibility", use: listVisibility.update)
    }

    private func addContacts(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/lists", use: lists.list)
        read.get("/api/lists/{id}/contacts", use: lists.listContacts)
        read.get("/api/lists/{id}/contacts/export", use: lists.export)
        read.get("/api/contacts/{id}", use: contacts.get)
        read.get("/api/imports/{id}", use: imports.getReport)
        read.get("/api/imports/{id}/errors", use: imports.downloadErrors)

        // An import is streamed and changes nothing when it is repeated, so it takes no idempotency key.
        let upload = allowed(.contactsWrite, in: tenants).add(middleware: uploadRate)
        upload.post("/api/lists/{id}/contacts/import", use: imports.importFile)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/lists", use: lists.create)
        write.delete("/api/lists", use: lists.deleteMany)
        write.delete("/api/lists/{id}", use: lists.delete)
        write.post("/api/lists/{id}/contacts", use: lists.addContacts)
        write.post("/api/contacts/upsert", use: contacts.upsert)
        write.post("/api/contacts/{id}/unsubscribe", use: contacts.unsubscribe)
        write.put("/api/contacts/{id}/resubscribe", use: contacts.resubscribe)

    }

    private func addCompliance(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.suppressionsRead, in: tenants)
        read.get("/api/suppressions", use: suppressions.list)
        read.get("/api/suppressions/export", use: suppressions.export)
        read.get("/api/suppressions/stats", use: suppressions.getStats)
        read.get("/api/suppressions/history", use: suppressions.getHistory)

        let suppress = once(allowed(.suppressionsWrite, in: tenants))
        suppress.post("/api/suppressions", use: suppressions.add)
        suppress.post("/api/suppressions/bulk", use: suppressions.addMany)
        suppress.post("/api/suppressions/import-bounces", use: suppressions.importBounces)
        suppress.delete("/api/suppressions/{id}", use: suppressions.remove)
        // Streamed, and changes nothing when it is repeated.
        allowed(.suppressionsWrite, in: tenants).add(middleware: uploadRate).post("/api/suppressions/import", use: suppressions.importFile)

        let entries = allowed(.auditRead, in: tenants)
        entries.get("/api/audit", use: audit.list)
        entries.get("/api/audit/export", use: audit.export)

        let manage = once(allowed(.gdprManage, in: tenants))
        manage.get("/api/gdpr/export", use: persons.export)
        manage.post("/api/gdpr/erase", use: persons.erase)
        manage.get("/api/gdpr/erasures", use: persons.listErasures)
        manage.get("/api/gdpr/erasures/{id}", use: persons.getErasure)

        allowed(.contactsRead, in: tenants).get("/api/contacts/{id}/consents", use: consents.list)
        once(allowed(.contactsWrite, in: tenants)).post("/api/contacts/{id}/consents", use: consents.record)

        let settings = allowed(.settingsManage, in: tenants)
        settings.get("/api/settings/retention", use: retention.get)
        settings.patch("/api/settings/retention", use: retention.update)
    }

    private func addBulkOperations(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/recipients/operations", use: bulkOperations.list)
        read.get("/api/recipients/operations/{id}", use: bulkOperations.get)
        read.get("/api/recipients/operations/{id}/result", use: bulkOperations.result)
        read.get("/api/recipients/deleted", use: recycleBin.deleted)
        read.get("/api/recipients/{id}", use: records.get)
        read.get("/api/tags", use: tags.list)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/recipients/bulk", use: bulkOperations.submit)
        write.post("/api/recipients/operations/{id}/cancel", use: bulkOperations.cancel)
        write.post("/api/recipients/operations/{id}/undo", use: bulkOperations.undo)
        write.post("/api/recipients/bulk-delete", use: recycleBin.bulkDelete)
        write.post("/api/recipients/bulk-move", use: recycleBin.bulkMove)
        write.post("/api/recipients/restore", use: recycleBin.restoreMany)
        write.delete("/api/recipients/cleanup", use: recycleBin.cleanUp)
        write.patch("/api/recipients/{id}", use: records.update)
        write.patch("/api/recipients/{id}/restore", use: recycleBin.restoreOne)
        write.delete("/api/recipients/{id}/permanent", use: recycleBin.removeOne)
        write.put("/api/recipients/{id}/tags/{tag}", use: records.tag)
        write.delete("/api/recipients/{id}/tags/{tag}", use: records.untag)
        write.delete("/api/contacts/{id}", use: recycleBin.deleteContact)
        write.patch("/api/tags/{tag}", use: tags.rename)
        write.delete("/api/tags/{tag}", use: tags.delete)
    }

    private func addRecipients(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/recipients", use: recipients.list)
        read.get("/api/recipients/campaigns", use: recipients.listCampaigns)
        read.get("/api/recipients/filters", use: recipients.listFilters)
        read.get("/api/recipients/filters/{id}", use: recipients.getFilter)
        // They change nothing, whatever their method says.
        read.post("/api/recipients/filter", use: recipients.filter)
        read.post("/api/recipients/export", use: recipients.export)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/recipients/filters", use: recipients.createFilter)
        write.patch("/api/recipients/filters/{id}", use: recipients.updateFilter)
        write.delete("/api/recipients/filters/{id}", use: recipients.deleteFilter)
        write.post("/api/lists/from-filter", use: filteredLists.create)
    }

    private func addTemplates(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.templatesRead, in: tenants)
        read.get("/api/templates", use: templates.list)
        read.get("/api/templates/{id}", use: templates.get)

        let write = once(allowed(.templatesWrite, in: tenants))
        write.post("/api/templates", use: templates.create)
        write.post("/api/templates/validate", use: templates.validate)
        write.patch("/api/templates/{id}", use: templates.update)
        write.delete("/api/templates/{id}", use: templates.delete)
        write.delete("/api/templates", use: templates.deleteMany)
    }

    private func addCampaigns(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/campaigns", use: campaigns.list)
        read.get("/api/campaigns/{id}", use: campaigns.get)
        read.get("/api/campaigns/{id}/artifacts", use: reports.listArtifacts)
        read.get("/api/campaigns/{id}/artifacts/{version}", use: reports.getArtifact)
        read.get("/api/campaigns/{id}/preview", use: reports.previewForContact)
        read.post("/api/campaigns/{id}/preview", use: reports.previewWithSample)
        read.get("/api/campaigns/{id}/audience-check", use: audienceChecks.check)
        read.get("/api/campaigns/{id}/preflight", use: preflight.get)
        read.get("/api/campaigns/{id}/stats", use: reports.getStats)
        read.get("/api/campaigns/{id}/balance", use: reports.getBalance)
        read.get("/api/campaigns/{id}/recipients/{contact_id}/message", use: messages.get)

        let write = once(allowed(.campaignsWrite, in: tenants))
        write.post("/api/campaigns", use: campaigns.create)
        write.patch("/api/campaigns/{id}/settings", use: campaigns.updateSettings)
        write.delete("/api/campaigns/{id}", use: campaigns.delete)
        write.post("/api/campaigns/{id}/compile", use: commands.compile)

        let send = once(allowed(.campaignsSend, in: tenants))
        send.post("/api/campaigns/{id}/schedule", use: commands.schedule)
        send.post("/api/campaigns/{id}/pause", use: commands.pause)
        send.post("/api/campaigns/{id}/resume", use: commands.resume)
        send.post("/api/campaigns/{id}/cancel", use: commands.cancel)
    }

    /// Analytics: everything here only reads.
    private func addReports(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/analytics/dashboard", use: analytics.dashboard)
        read.get("/api/analytics/overview", use: analytics.overview)
        read.get("/api/analytics/series", use: analytics.series)
        read.get("/api/analytics/lists/{id}", use: analytics.list)
        read.get("/api/campaigns/{id}/analytics", use: campaignAnalytics.analytics)
        read.get("/api/campaigns/{id}/events", use: campaignAnalytics.events)
        read.get("/api/campaigns/{id}/clicks", use: campaignAnalytics.clicks)
        read.get("/api/campaigns/{id}/click-breakdown", use: campaignAnalytics.clickBreakdown)
        read.get("/api/campaigns/{id}/recipient-insights", use: campaignAnalytics.recipientInsights)
        read.get("/api/campaigns/{id}/engagement-timeline", use: campaignAnalytics.engagementTimeline)
        read.get("/api/campaigns/{id}/domain-performance", use: campaignAnalytics.domainPerformance)
        read.get("/api/campaigns/{id}/cohort-analysis", use: campaignAnalytics.cohortAnalysis)
        read.get("/api/tracking/events", use: trackingExplorer.events)
        read.get("/api/tracking/stats", use: trackingExplorer.stats)
        read.get("/api/tracking/export", use: trackingExplorer.exportFile)
        read.get("/api/unsubscribe-events", use: unsubscribeReports.events)
        read.get("/api/unsubscribe-analytics", use: unsubscribeReports.analytics)
        read.get("/api/unsubscribe-trends", use: unsubscribeReports.trends)
    }

    private func addCampaignLifecycle(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/campaigns/deleted", use: campaigns.listDeleted)
        read.get("/api/campaigns/{id}/progress", use: campaignRecipients.getProgress)
        read.get("/api/campaigns/{id}/recipients", use: campaignRecipients.list)
        read.get("/api/campaigns/{id}/recipients/{contact_id}", use: campaignRecipients.get)
        read.get("/api/campaigns/{id}/approvals", use: approvals.list)

        let write = once(allowed(.campaignsWrite, in: tenants))
        write.patch("/api/campaigns/{id}", use: campaigns.update)
        write.post("/api/campaigns/{id}/duplicate", use: campaigns.duplicate)
        write.patch("/api/campaigns/{id}/restore", use: campaigns.restore)
        write.delete("/api/campaigns/{id}/permanent", use: campaigns.deletePermanently)
        write.delete("/api/campaigns/cleanup", use: campaigns.cleanUp)
        write.post("/api/campaigns/{id}/submit", use: approvals.submit)

        let approve = once(allowed(.campaignsApprove, in: tenants))
        approve.post("/api/campaigns/{id}/approve", use: approvals.approve)
        approve.post("/api/campaigns/{id}/reject", use: approvals.reject)

        let send = once(allowed(.campaignsSend, in: tenants))
        send.post("/api/campaigns/{id}/test", use: campaignTests.send)
        send.post("/api/campaigns/{id}/retry-failed", use: campaignTests.retryFailed)
    }

    private func allowed(_ scope: APIScope, in group: RouterGroup<APIContext>) -> RouterGroup<TenantContext> {
        group.group(context: TenantContext.self)
            .add(middleware: RateLimitMiddleware(limiter: limiter, scope: scope))
            .add(middleware: ScopeMiddleware(scope: scope))
    }

    /// POSTs with an `Idempotency-Key` run once.
    private func once(_ group: RouterGroup<TenantContext>) -> RouterGroup<TenantContext> {
        group.add(middleware: idempotency)
    }
}
