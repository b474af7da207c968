extension ConfigurationKeys {
    static let internalToken = ConfigurationKey.strongSecret(
        ConfigurationEntry(
            name: "COMM_INTERNAL_TOKEN",
            chapter: .secrets,
            readBy: [.api, .stats],
            requiredBy: [.api],
            summary:
                "Opens the provisioning calls (`X-Internal-Token`). The stats daemon shows it to the platform when it reads delivery logs."
        )
    )

    static let serviceJWTSecret = ConfigurationKey.strongSecret(
        ConfigurationEntry(
            name: "SERVICE_JWT_SECRET",
            chapter: .secrets,
            readBy: .all,
            requiredBy: .daemons,
            summary: "Signs click and unsubscribe links and verifies service tokens (HS256). All programs need the same one; "
                + "changing it breaks the links in messages already sent."
        )
    )

    static let serviceJWTSecretPrevious = ConfigurationKey.strongSecret(
        ConfigurationEntry(
            name: "SERVICE_JWT_SECRET_PREVIOUS",
            chapter: .secrets,
            readBy: [.api, .stats],
            summary: "The value that `SERVICE_JWT_SECRET` had before: links and return paths that were signed with it go on working, and "
                + "the credentials of webhook endpoints are encrypted anew. Nothing is signed with it any more; take it out when the "
                + "longest lifetime of links, a year, has passed."
        )
    )

    static let webhookSecret = ConfigurationKey.strongSecret(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_SECRET",
            chapter: .secrets,
            readBy: [.api],
            requirement: "comm-api, unless `COMM_WEBHOOK_ALLOW_UNSIGNED=true`",
            summary: "Verifies the signature of the platform's webhooks."
        )
    )

    static let webhookAllowUnsigned = ConfigurationKey.flag(
        ConfigurationEntry(
            name: "COMM_WEBHOOK_ALLOW_UNSIGNED",
            chapter: .secrets,
            readBy: [.api],
            summary: "Lets comm-api accept webhooks that nobody signed when no secret is set. Anyone who reaches the URL can then report "
                + "bounces and complaints."
        ),
        default: false
    )
}
