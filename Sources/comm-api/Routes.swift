import CommCore
import Hummingbird

/// Every route of the API: method, path, who may call it, and which handler answers.
///
/// Longer than other files, since all of them stand on one page.
struct Routes: Sendable {
    let authenticator: Authenticator
    let idempotency: IdempotencyMiddleware
    /// How many requests of tenants may run at once.
    let inFlightLimit: Int
    let uploadRate: UploadRateLimitMiddleware
    let limiter: RateLimiter
    let controllers: Controllers

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
        let platform = router.group().add(middleware: PlatformOnlyMiddleware(authenticator: authenticator))
        addProvisioning(to: platform)
        addGatewayLimits(to: platform)
        addGlobalSuppressions(to: platform)

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
        addWebhookEndpoints(to: tenants)
        addMessages(to: tenants)
        addMessageStatus(to: tenants)
        addQueueControl(to: tenants)
        addReliability(to: tenants)
        addLimits(to: tenants)

        let declared = router.routes.map { DeclaredRoute(method: $0.method, path: $0.path.description) }
        RouteMethods.complete(router)
        return (router, declared)
    }

    /// No credential, or one of their own kind: a signature, a token in the path.
    private func addPublic(to router: Router<APIContext>) {
        router.get("/api/health", use: controllers.health.health)
        router.get("/api/ready", use: controllers.health.ready)
        router.get("/metrics", use: controllers.operations.metrics)
        router.get("/openapi.json", use: controllers.operations.openAPI)
        router.post("/api/webhooks/motorical", use: controllers.webhook.receive)
        router.get("/c/{token}", use: controllers.tracking.click)
        router.head("/c/{token}", use: controllers.tracking.peek)
        router.get("/o/{token}", use: controllers.tracking.open)
        let pages = router.group().add(middleware: PublicRateLimitMiddleware(limiter: limiter))
        pages.get("/v/{token}", use: controllers.webVersion.show)
        pages.get("/t/u/{token}", use: controllers.unsubscribe.show)
        pages.post("/t/u/{token}", use: controllers.unsubscribe.act)
        pages.get("/p/{token}", use: controllers.preferences.show)
        pages.post("/p/{token}", use: controllers.preferences.save)
    }

    /// Each is verified by its signature.
    private func addProviderWebhooks(to router: Router<APIContext>) {
        router.post("/api/webhooks/communication/postal", use: controllers.providers.postal.receive)
        router.post("/api/webhooks/communication/ses", use: controllers.providers.ses.receive)
        router.post("/api/webhooks/communication/mailgun", use: controllers.providers.mailgun.receive)
        router.post("/api/webhooks/communication/twilio", use: controllers.providers.twilio.receive)
        router.post("/api/webhooks/communication/firebase", use: controllers.providers.firebase.receive)
        router.post("/api/email-reliability/webhook/mailgun", use: controllers.providers.mailgun.receive)
    }

    /// The platform's internal token.
    private func addProvisioning(to platform: RouterGroup<APIContext>) {
        platform.post("/api/provision/tenant", use: controllers.provisioning.provision)
        platform.post("/api/deprovision/tenant", use: controllers.provisioning.deprovision)
    }

    /// Limits that concern every tenant, and what answers of gateways have done to them.
    private func addGatewayLimits(to platform: RouterGroup<APIContext>) {
        platform.get("/api/v1/limits/gateways", use: controllers.gatewayLimits.list)
        platform.put("/api/v1/limits/gateways/{gateway}", use: controllers.gatewayLimits.set)
        platform.delete("/api/v1/limits/gateways/{gateway}", use: controllers.gatewayLimits.remove)
        platform.put("/api/v1/limits/gateways/{gateway}/groups/{group}", use: controllers.gatewayLimits.set)
        platform.delete("/api/v1/limits/gateways/{gateway}/groups/{group}", use: controllers.gatewayLimits.remove)
        platform.get("/api/v1/limits/domain-groups", use: controllers.domainGroups.list)
        platform.put("/api/v1/limits/domain-groups/{kind}/{pattern}", use: controllers.domainGroups.set)
        platform.delete("/api/v1/limits/domain-groups/{kind}/{pattern}", use: controllers.domainGroups.remove)
        platform.get("/api/v1/limits/adjustments", use: controllers.gatewayLimits.listAdjustments)
        platform.delete("/api/v1/limits/adjustments/{gateway}", use: controllers.gatewayLimits.lift)
        platform.delete("/api/v1/limits/adjustments/{gateway}/groups/{group}", use: controllers.gatewayLimits.lift)
        platform.get("/api/v1/limits/reply-rules", use: controllers.replyRules.list)
        platform.put("/api/v1/limits/reply-rules/{rule_id}", use: controllers.replyRules.set)
        platform.delete("/api/v1/limits/reply-rules/{rule_id}", use: controllers.replyRules.remove)
    }

    /// To whom nobody sends anything.
    private func addGlobalSuppressions(to platform: RouterGroup<APIContext>) {
        platform.get("/api/v1/suppressions/global", use: controllers.globalSuppressions.list)
        platform.post("/api/v1/suppressions/global", use: controllers.globalSuppressions.add)
        platform.delete("/api/v1/suppressions/global/{suppression_id}", use: controllers.globalSuppressions.remove)
    }

    // Below: an API key with the scope, or the internal token with X-Tenant-Id.

    private func addKeys(to tenants: RouterGroup<APIContext>) {
        // No idempotency here: a stored answer would keep the key's text.
        let manage = allowed(.keysManage, in: tenants)
        manage.post("/api/keys", use: controllers.keys.create)
        manage.get("/api/keys", use: controllers.keys.list)
        manage.delete("/api/keys/{id}", use: controllers.keys.revoke)
    }

    private func addSettings(to tenants: RouterGroup<APIContext>) {
        let manage = allowed(.settingsManage, in: tenants)
        manage.get("/api/settings/sending", use: controllers.settings.get)
        manage.patch("/api/settings/sending", use: controllers.settings.update)
        addTrackingSettings(to: manage)
    }

    /// What is tracked, and what people see who unsubscribe.
    private func addTrackingSettings(to manage: RouterGroup<TenantContext>) {
        manage.get("/api/settings/tracking", use: controllers.trackingSettings.get)
        manage.patch("/api/settings/tracking", use: controllers.trackingSettings.update)
        once(manage).post("/api/settings/tracking/verify", use: controllers.trackingSettings.verify)
        manage.get("/api/settings/unsubscribe", use: controllers.unsubscribeSettings.get)
        manage.patch("/api/settings/unsubscribe", use: controllers.unsubscribeSettings.update)
    }

    /// What single campaigns track, and which lists people can leave by themselves.
    private func addTrackingChoices(to tenants: RouterGroup<APIContext>) {
        allowed(.campaignsRead, in: tenants).get("/api/campaigns/{id}/tracking", use: controllers.campaignTracking.get)
        allowed(.campaignsWrite, in: tenants).put("/api/campaigns/{id}/tracking", use: controllers.campaignTracking.set)
        allowed(.contactsWrite, in: tenants).patch("/api/lists/{id}/visibility", use: controllers.listVisibility.update)
    }

    private func addContacts(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/lists", use: controllers.lists.list)
        read.get("/api/lists/{id}", use: controllers.lists.get)
        read.get("/api/lists/{id}/contacts", use: controllers.lists.listContacts)
        read.get("/api/lists/{id}/contacts/export", use: controllers.lists.export)
        read.get("/api/contacts/{id}", use: controllers.contacts.get)
        read.get("/api/imports/{id}", use: controllers.imports.getReport)
        read.get("/api/imports/{id}/errors", use: controllers.imports.downloadErrors)

        // An import is streamed and changes nothing when it is repeated, so it takes no idempotency key.
        let upload = allowed(.contactsWrite, in: tenants).add(middleware: uploadRate)
        upload.post("/api/lists/{id}/contacts/import", use: controllers.imports.importFile)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/lists", use: controllers.lists.create)
        write.delete("/api/lists", use: controllers.lists.deleteMany)
        write.patch("/api/lists/{id}", use: controllers.lists.update)
        write.delete("/api/lists/{id}", use: controllers.lists.delete)
        write.post("/api/lists/{id}/contacts", use: controllers.lists.addContacts)
        write.post("/api/contacts/upsert", use: controllers.contacts.upsert)
        write.post("/api/contacts/{id}/unsubscribe", use: controllers.contacts.unsubscribe)
        write.put("/api/contacts/{id}/resubscribe", use: controllers.contacts.resubscribe)
    }

    private func addCompliance(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.suppressionsRead, in: tenants)
        read.get("/api/suppressions", use: controllers.suppressions.list)
        read.get("/api/suppressions/export", use: controllers.suppressions.export)
        read.get("/api/suppressions/stats", use: controllers.suppressions.getStats)
        read.get("/api/suppressions/imports/{id}", use: controllers.suppressions.getImport)
        read.get("/api/suppressions/imports/{id}/errors", use: controllers.suppressions.downloadImportErrors)
        read.get("/api/suppressions/history", use: controllers.suppressions.getHistory)

        let suppress = once(allowed(.suppressionsWrite, in: tenants))
        suppress.post("/api/suppressions", use: controllers.suppressions.add)
        suppress.post("/api/suppressions/bulk", use: controllers.suppressions.addMany)
        suppress.post("/api/suppressions/import-bounces", use: controllers.suppressions.importBounces)
        suppress.delete("/api/suppressions/{id}", use: controllers.suppressions.remove)
        // Received whole before it counts, so it looks for its idempotency key by itself.
        let upload = allowed(.suppressionsWrite, in: tenants).add(middleware: uploadRate)
        upload.post("/api/suppressions/import", use: controllers.suppressions.importFile)

        let entries = allowed(.auditRead, in: tenants)
        entries.get("/api/audit", use: controllers.audit.list)
        entries.get("/api/audit/export", use: controllers.audit.export)

        let manage = once(allowed(.gdprManage, in: tenants))
        manage.get("/api/gdpr/export", use: controllers.persons.export)
        manage.post("/api/gdpr/erase", use: controllers.persons.erase)
        manage.get("/api/gdpr/erasures", use: controllers.persons.listErasures)
        manage.get("/api/gdpr/erasures/{id}", use: controllers.persons.getErasure)

        allowed(.contactsRead, in: tenants).get("/api/contacts/{id}/consents", use: controllers.consents.list)
        once(allowed(.contactsWrite, in: tenants)).post("/api/contacts/{id}/consents", use: controllers.consents.record)

        let settings = allowed(.settingsManage, in: tenants)
        settings.get("/api/settings/retention", use: controllers.retention.get)
        settings.patch("/api/settings/retention", use: controllers.retention.update)
        settings.get("/api/settings/bounces", use: controllers.bounceRules.get)
        settings.patch("/api/settings/bounces", use: controllers.bounceRules.update)
    }

    private func addBulkOperations(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/recipients/operations", use: controllers.bulkOperations.list)
        read.get("/api/recipients/operations/{id}", use: controllers.bulkOperations.get)
        read.get("/api/recipients/operations/{id}/result", use: controllers.bulkOperations.result)
        read.get("/api/recipients/deleted", use: controllers.recycleBin.deleted)
        read.get("/api/recipients/{id}", use: controllers.records.get)
        read.get("/api/tags", use: controllers.tags.list)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/recipients/bulk", use: controllers.bulkOperations.submit)
        write.post("/api/recipients/operations/{id}/cancel", use: controllers.bulkOperations.cancel)
        write.post("/api/recipients/operations/{id}/resume", use: controllers.bulkOperations.resume)
        write.post("/api/recipients/operations/{id}/undo", use: controllers.bulkOperations.undo)
        write.post("/api/recipients/bulk-delete", use: controllers.recycleBin.bulkDelete)
        write.post("/api/recipients/bulk-move", use: controllers.recycleBin.bulkMove)
        write.post("/api/recipients/restore", use: controllers.recycleBin.restoreMany)
        write.delete("/api/recipients/cleanup", use: controllers.recycleBin.cleanUp)
        write.patch("/api/recipients/{id}", use: controllers.records.update)
        write.patch("/api/recipients/{id}/restore", use: controllers.recycleBin.restoreOne)
        write.delete("/api/recipients/{id}/permanent", use: controllers.recycleBin.removeOne)
        write.put("/api/recipients/{id}/tags/{tag}", use: controllers.records.tag)
        write.delete("/api/recipients/{id}/tags/{tag}", use: controllers.records.untag)
        write.delete("/api/contacts/{id}", use: controllers.recycleBin.deleteContact)
        write.patch("/api/tags/{tag}", use: controllers.tags.rename)
        write.delete("/api/tags/{tag}", use: controllers.tags.delete)
    }

    private func addRecipients(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.contactsRead, in: tenants)
        read.get("/api/recipients", use: controllers.recipients.list)
        read.get("/api/recipients/campaigns", use: controllers.recipients.listCampaigns)
        read.get("/api/recipients/filters", use: controllers.recipients.listFilters)
        read.get("/api/recipients/filters/{id}", use: controllers.recipients.getFilter)
        // They change nothing, whatever their method says.
        read.post("/api/recipients/filter", use: controllers.recipients.filter)
        read.post("/api/recipients/export", use: controllers.recipients.export)

        let write = once(allowed(.contactsWrite, in: tenants))
        write.post("/api/recipients/filters", use: controllers.recipients.createFilter)
        write.patch("/api/recipients/filters/{id}", use: controllers.recipients.updateFilter)
        write.delete("/api/recipients/filters/{id}", use: controllers.recipients.deleteFilter)
        write.post("/api/lists/from-filter", use: controllers.filteredLists.create)
    }

    private func addTemplates(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.templatesRead, in: tenants)
        read.get("/api/templates", use: controllers.templates.list)
        read.get("/api/templates/{id}", use: controllers.templates.get)

        let write = once(allowed(.templatesWrite, in: tenants))
        write.post("/api/templates", use: controllers.templates.create)
        write.post("/api/templates/validate", use: controllers.templates.validate)
        write.patch("/api/templates/{id}", use: controllers.templates.update)
        write.delete("/api/templates/{id}", use: controllers.templates.delete)
        write.delete("/api/templates", use: controllers.templates.deleteMany)
    }

    private func addCampaigns(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/campaigns", use: controllers.campaigns.list)
        read.get("/api/campaigns/{id}", use: controllers.campaigns.get)
        read.get("/api/campaigns/{id}/artifacts", use: controllers.reports.listArtifacts)
        read.get("/api/campaigns/{id}/artifacts/{version}", use: controllers.reports.getArtifact)
        read.get("/api/campaigns/{id}/preview", use: controllers.reports.previewForContact)
        read.post("/api/campaigns/{id}/preview", use: controllers.reports.previewWithSample)
        read.get("/api/campaigns/{id}/audience-check", use: controllers.audienceChecks.check)
        read.get("/api/campaigns/{id}/preflight", use: controllers.preflight.get)
        read.get("/api/campaigns/{id}/stats", use: controllers.reports.getStats)
        read.get("/api/campaigns/{id}/balance", use: controllers.reports.getBalance)
        read.get("/api/campaigns/{id}/recipients/{contact_id}/message", use: controllers.messages.get)

        let write = once(allowed(.campaignsWrite, in: tenants))
        write.post("/api/campaigns", use: controllers.campaigns.create)
        write.patch("/api/campaigns/{id}/settings", use: controllers.campaigns.updateSettings)
        write.delete("/api/campaigns/{id}", use: controllers.campaigns.delete)
        write.post("/api/campaigns/{id}/compile", use: controllers.commands.compile)

        let send = once(allowed(.campaignsSend, in: tenants))
        send.post("/api/campaigns/{id}/schedule", use: controllers.commands.schedule)
        send.post("/api/campaigns/{id}/pause", use: controllers.commands.pause)
        send.post("/api/campaigns/{id}/resume", use: controllers.commands.resume)
        send.post("/api/campaigns/{id}/cancel", use: controllers.commands.cancel)
    }

    /// Analytics: everything here only reads.
    private func addReports(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/analytics/dashboard", use: controllers.analytics.dashboard)
        read.get("/api/analytics/overview", use: controllers.analytics.overview)
        read.get("/api/analytics/series", use: controllers.analytics.series)
        read.get("/api/analytics/lists/{id}", use: controllers.analytics.list)
        read.get("/api/campaigns/{id}/analytics", use: controllers.campaignAnalytics.analytics)
        read.get("/api/campaigns/{id}/events", use: controllers.campaignAnalytics.events)
        read.get("/api/campaigns/{id}/clicks", use: controllers.campaignAnalytics.clicks)
        read.get("/api/campaigns/{id}/click-breakdown", use: controllers.campaignAnalytics.clickBreakdown)
        read.get("/api/campaigns/{id}/recipient-insights", use: controllers.campaignAnalytics.recipientInsights)
        read.get("/api/campaigns/{id}/engagement-timeline", use: controllers.campaignAnalytics.engagementTimeline)
        read.get("/api/campaigns/{id}/domain-performance", use: controllers.campaignAnalytics.domainPerformance)
        read.get("/api/campaigns/{id}/cohort-analysis", use: controllers.campaignAnalytics.cohortAnalysis)
        read.get("/api/tracking/events", use: controllers.trackingExplorer.events)
        read.get("/api/tracking/stats", use: controllers.trackingExplorer.stats)
        read.get("/api/tracking/export", use: controllers.trackingExplorer.exportFile)
        read.get("/api/unsubscribe-events", use: controllers.unsubscribeReports.events)
        read.get("/api/unsubscribe-analytics", use: controllers.unsubscribeReports.analytics)
        read.get("/api/unsubscribe-trends", use: controllers.unsubscribeReports.trends)
    }

    private func addCampaignLifecycle(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.campaignsRead, in: tenants)
        read.get("/api/campaigns/deleted", use: controllers.campaigns.listDeleted)
        read.get("/api/campaigns/{id}/progress", use: controllers.campaignRecipients.getProgress)
        read.get("/api/campaigns/{id}/recipients", use: controllers.campaignRecipients.list)
        read.get("/api/campaigns/{id}/recipients/{contact_id}", use: controllers.campaignRecipients.get)
        read.get("/api/campaigns/{id}/approvals", use: controllers.approvals.list)

        let write = once(allowed(.campaignsWrite, in: tenants))
        write.patch("/api/campaigns/{id}", use: controllers.campaigns.update)
        write.post("/api/campaigns/{id}/duplicate", use: controllers.campaigns.duplicate)
        write.patch("/api/campaigns/{id}/restore", use: controllers.campaigns.restore)
        write.delete("/api/campaigns/{id}/permanent", use: controllers.campaigns.deletePermanently)
        write.delete("/api/campaigns/cleanup", use: controllers.campaigns.cleanUp)
        write.post("/api/campaigns/{id}/submit", use: controllers.approvals.submit)

        let approve = once(allowed(.campaignsApprove, in: tenants))
        approve.post("/api/campaigns/{id}/approve", use: controllers.approvals.approve)
        approve.post("/api/campaigns/{id}/reject", use: controllers.approvals.reject)

        let send = once(allowed(.campaignsSend, in: tenants))
        send.post("/api/campaigns/{id}/test", use: controllers.campaignTests.send)
        send.post("/api/campaigns/{id}/retry-failed", use: controllers.campaignTests.retryFailed)
    }

    /// Messages that clients ask for, their templates and types.
    private func addMessages(to tenants: RouterGroup<APIContext>) {
        let send = once(allowed(.messagesSend, in: tenants))
        send.post("/api/v1/messages", use: controllers.messageIntake.send)
        send.post("/api/email-reliability/queue/send", use: controllers.messageIntake.send)
        // Read while it arrives, so it looks for its idempotency key by itself.
        allowed(.messagesSend, in: tenants).post("/api/v1/messages/bulk", use: controllers.messageIntake.sendMany)

        let read = allowed(.messagesRead, in: tenants)
        read.get("/api/v1/message-templates", use: controllers.messageTemplates.list)
        read.get("/api/v1/message-templates/{id}", use: controllers.messageTemplates.get)
        read.get("/api/v1/message-types", use: controllers.messageTypes.list)

        let write = once(allowed(.templatesWrite, in: tenants))
        write.post("/api/v1/message-templates", use: controllers.messageTemplates.create)
        write.patch("/api/v1/message-templates/{id}", use: controllers.messageTemplates.update)
        write.delete("/api/v1/message-templates/{id}", use: controllers.messageTemplates.delete)

        let manage = allowed(.settingsManage, in: tenants)
        read.get("/api/v1/gateways", use: controllers.gateways.list)
        read.get("/api/v1/routes", use: controllers.gateways.listRoutes)
        manage.put("/api/v1/routes/{channel}", use: controllers.gateways.replaceRoutes)
        manage.put("/api/v1/message-types/{type}", use: controllers.messageTypes.set)
        manage.delete("/api/v1/message-types/{type}", use: controllers.messageTypes.delete)
    }

    /// Webhooks out, and the stream of the same events.
    private func addWebhookEndpoints(to tenants: RouterGroup<APIContext>) {
        // No idempotency where the answer holds a secret: it would be stored with it.
        let manage = allowed(.webhooksManage, in: tenants)
        manage.get("/api/webhooks/event-types", use: controllers.webhookEndpoints.types)
        manage.get("/api/webhooks/endpoints", use: controllers.webhookEndpoints.list)
        manage.post("/api/webhooks/endpoints", use: controllers.webhookEndpoints.create)
        manage.get("/api/webhooks/endpoints/{id}", use: controllers.webhookEndpoints.get)
        manage.patch("/api/webhooks/endpoints/{id}", use: controllers.webhookEndpoints.update)
        manage.delete("/api/webhooks/endpoints/{id}", use: controllers.webhookEndpoints.delete)
        manage.post("/api/webhooks/endpoints/{id}/rotate-secret", use: controllers.webhookEndpoints.rotate)
        manage.get("/api/webhooks/endpoints/{id}/attempts", use: controllers.webhookDeliveries.listAttempts)
        manage.get("/api/webhooks/endpoints/{id}/replays", use: controllers.webhookDeliveries.listReplays)
        manage.get("/api/webhooks/endpoints/{id}/stats", use: controllers.webhookDeliveries.stats)
        let send = once(manage)
        send.post("/api/webhooks/endpoints/{id}/test", use: controllers.webhookDeliveries.test)
        send.post("/api/webhooks/endpoints/{id}/resend", use: controllers.webhookDeliveries.resend)
        send.post("/api/webhooks/endpoints/{id}/replay", use: controllers.webhookDeliveries.replay)

        allowed(.eventsRead, in: tenants).get("/api/events/stream", use: controllers.eventStream.stream)
    }

    /// Single messages: where they stand, and taking them back.
    private func addMessageStatus(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.messagesRead, in: tenants)
        read.get("/api/v1/messages", use: controllers.messageStatus.list)
        read.get("/api/v1/messages/stats/queue", use: controllers.messageStatus.queueStats)
        read.get("/api/v1/messages/stats/channels", use: controllers.messageStatus.channelStats)
        read.get("/api/v1/messages/{id}", use: controllers.messageStatus.get)
        once(allowed(.messagesSend, in: tenants)).delete("/api/v1/messages/{id}", use: controllers.messageStatus.cancel)
    }

    /// The queue: the faces of the same services under the contract's names, and what holds it back.
    private func addQueueControl(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.messagesRead, in: tenants)
        read.get("/api/email-reliability/queue/stats", use: controllers.messageStatus.queueStats)
        read.get("/api/email-reliability/queue/jobs", use: controllers.messageStatus.list)
        read.get("/api/email-reliability/queue/jobs/{id}", use: controllers.messageStatus.get)
        read.get("/api/email-reliability/queue/failed", use: controllers.queueControl.listDeadLetters)
        read.get("/api/email-reliability/queue/retries", use: controllers.queueControl.listRetries)
        read.get("/api/email-reliability/queue/retries/{id}", use: controllers.queueControl.getRetry)
        read.get("/api/email-reliability/queue/pauses", use: controllers.queueControl.listPauses)

        let send = once(allowed(.messagesSend, in: tenants))
        send.post("/api/email-reliability/queue/jobs/{id}/cancel", use: controllers.messageStatus.cancel)
        send.delete("/api/email-reliability/queue/jobs/{id}", use: controllers.messageStatus.cancel)
        send.post("/api/email-reliability/queue/jobs/{id}/retry", use: controllers.queueControl.retryOne)
        send.post("/api/email-reliability/queue/retry-failed", use: controllers.queueControl.retryFailed)

        let manage = once(allowed(.queueManage, in: tenants))
        manage.post("/api/email-reliability/queue/pause", use: controllers.queueControl.pause)
        manage.post("/api/email-reliability/queue/resume", use: controllers.queueControl.resume)
        manage.post("/api/email-reliability/queue/cleanup", use: controllers.queueControl.cleanUp)
    }

    /// Suppressions and events under the contract's names: other faces of the same services.
    private func addReliability(to tenants: RouterGroup<APIContext>) {
        let read = allowed(.suppressionsRead, in: tenants)
        read.get("/api/email-reliability/suppression", use: controllers.suppressions.list)
        read.get("/api/email-reliability/suppression/stats", use: controllers.suppressions.getStats)
        read.get("/api/email-reliability/suppression/check", use: controllers.suppressions.check)
        read.get("/api/email-reliability/suppression/{id}", use: controllers.suppressions.get)

        let write = once(allowed(.suppressionsWrite, in: tenants))
        write.post("/api/email-reliability/suppression", use: controllers.suppressions.add)
        write.post("/api/email-reliability/suppression/cleanup", use: controllers.suppressions.cleanUp)
        write.delete("/api/email-reliability/suppression/{id}", use: controllers.suppressions.remove)

        let events = allowed(.campaignsRead, in: tenants)
        events.get("/api/email-reliability/events/campaign/{id}", use: controllers.trackingExplorer.eventsOfCampaign)
        events.get("/api/email-reliability/events/address", use: controllers.trackingExplorer.eventsOfAddress)
    }

    /// What a tenant limits by itself.
    private func addLimits(to tenants: RouterGroup<APIContext>) {
        let manage = allowed(.settingsManage, in: tenants)
        manage.get("/api/v1/limits", use: controllers.limits.list)
        manage.put("/api/v1/limits/channels/{channel}", use: controllers.limits.setChannel)
        manage.delete("/api/v1/limits/channels/{channel}", use: controllers.limits.removeChannel)
        manage.put("/api/v1/limits/campaigns/{id}", use: controllers.limits.setCampaign)
        manage.delete("/api/v1/limits/campaigns/{id}", use: controllers.limits.removeCampaign)
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
