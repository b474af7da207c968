import CommCore
import Redis
import ServiceLifecycle

/// The webhooks of the delivery services, each set up by its own settings.
struct ProviderWebhooks: Sendable {
    let postal: PostalWebhookController
    let ses: SESWebhookController
    let mailgun: MailgunWebhookController
    let twilio: TwilioWebhookController
    let firebase: FirebaseWebhookController

    /// - Parameters:
    ///   - publicBase: where the API is reached from outside.
    ///   - fetch: reads a public document; its address comes from the settings, or from a message whose topic is in them and then
    ///     is one of SNS.
    init(
        _ settings: ProviderWebhookSettings,
        inbox: ProviderInbox,
        redis: RedisClient,
        publicBase: String,
        time: any TimeSource,
        fetch: @escaping @Sendable (_ address: String) async throws -> [UInt8]
    ) {
        postal = PostalWebhookController(
            inbox: inbox,
            address: settings.postalBase.map { $0 + PostalKeys.path },
            keys: CachedDocuments(lifetime: 24 * 3600, pause: 120, time: time) { try PostalKeys(jwks: try await fetch($0)) },
            allowsSHA1: settings.postalAllowsSHA1,
            time: time
        )
        ses = SESWebhookController(
            inbox: inbox,
            topics: settings.snsTopics,
            requiresVersion2: settings.snsRequiresVersion2,
            certificates: CachedDocuments(lifetime: 24 * 3600, time: time) { try SNSCertificate(try await fetch($0)) },
            time: time
        )
        twilio = TwilioWebhookController(inbox: inbox, token: settings.twilioToken, publicBase: publicBase)
        firebase = FirebaseWebhookController(inbox: inbox, secret: settings.firebaseSecret, time: time)
        mailgun = MailgunWebhookController(
            inbox: inbox,
            key: settings.mailgunSigningKey,
            maximumAge: settings.mailgunMaximumAge,
            // A signature may lie in the future as far as it is tolerated.
            tokens: UsedTokens(redis: redis, lifetime: settings.mailgunMaximumAge + Int(MailgunSignature.tolerance)),
            time: time
        )
    }
}

/// Closes the connections by which documents are fetched when the API stops.
struct DocumentsService: Service {
    let documents: PublicDocument

    func run() async throws {
        try? await gracefulShutdown()
        await documents.close()
    }
}
