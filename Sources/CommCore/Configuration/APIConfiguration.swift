import Redis

/// Everything that comm-api is told from outside.
package struct APIConfiguration: Sendable {
    /// Address the server listens on.
    package var host: String
    /// TCP port; 0 lets the system choose.
    package var port: Int
    /// Environment, logs, faults.
    package var runtime: RuntimeSettings
    /// The suite's database.
    package var database: DatabaseSettings
    /// The Redis server.
    package var redis: RedisConfiguration
    /// Addresses in messages and the signing secret.
    package var links: LinkSettings
    /// The platform's HTTP API.
    package var platform: PlatformSettings
    /// Opens the provisioning calls.
    package var internalToken: Secret
    /// Verifies webhooks; nil only when unsigned ones are allowed.
    package var webhookSecret: Secret?
    /// Whose reports are believed besides the platform's.
    package var providerWebhooks: ProviderWebhookSettings
    /// Largest body of a JSON request, in bytes.
    package var maxBodyBytes: Int
    /// Largest import file, in bytes.
    package var maxImportBytes: Int
    /// Bounds of the templates that are compiled.
    package var templateLimits: CompileLimits
    /// Import files of a tenant in 15 minutes; 0 for any number.
    package var importsPerWindow: Int
    /// Requests in a minute.
    package var rates: RateSettings
    /// The platform's database; nil: nothing is imported from it.
    package var motoricalDatabase: DatabaseSettings?
    /// The platform's backend, without a final slash; nil: nothing is mailed by it.
    package var backendURL: String?
    /// Where webhooks may be sent.
    package var webhookTargets: TargetPolicy
    /// Event streams that a tenant may have open at once.
    package var eventStreamsPerTenant: Int
}

extension APIConfiguration: DaemonConfiguration {
    package static var program: Program { .api }

    package init(reading reader: inout ConfigurationReader) {
        let runtime = reader.runtime()
        host = reader.value(ConfigurationKeys.host)
        port = reader.value(ConfigurationKeys.port)
        database = reader.database()
        redis = reader.redis()
        links = reader.links(in: runtime.environment)
        platform = reader.platform()
        internalToken = reader.required(ConfigurationKeys.internalToken)
        webhookSecret = reader.webhookSecret()
        providerWebhooks = reader.providerWebhooks()
        maxBodyBytes = reader.value(ConfigurationKeys.maxBodyBytes)
        maxImportBytes = reader.value(ConfigurationKeys.maxImportBytes)
        templateLimits = CompileLimits(
            bytes: reader.value(ConfigurationKeys.templateMaxBytes),
            elements: reader.value(ConfigurationKeys.templateMaxNodes),
            links: reader.value(ConfigurationKeys.templateMaxLinks)
        )
        importsPerWindow = reader.value(ConfigurationKeys.importsPerWindow)
        rates = RateSettings(
            read: reader.value(ConfigurationKeys.rateRead),
            write: reader.value(ConfigurationKeys.rateWrite),
            send: reader.value(ConfigurationKeys.rateSend),
            export: reader.value(ConfigurationKeys.rateExport),
            publicPages: reader.value(ConfigurationKeys.ratePublic)
        )
        motoricalDatabase = reader.motoricalDatabase(isRequired: false)
        backendURL = reader.value(ConfigurationKeys.backendAPIURL)
        webhookTargets = reader.targetPolicy(in: runtime.environment)
        eventStreamsPerTenant = reader.value(ConfigurationKeys.eventStreamsPerTenant)
        self.runtime = runtime
    }
}
