extension ConfigurationKeys {
    static let gateway = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_GATEWAY",
            chapter: .gateways,
            readBy: [.sender, .stats],
            summary: "Through whom messages go out. `auto` is `smtp` when `COMM_SMTP_ENABLE=true`, else `motorical`."
        ),
        default: GatewayChoice.auto
    )

    static let fallbackGateways = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_FALLBACK_GATEWAYS",
            chapter: .gateways,
            readBy: [.sender],
            summary: "Further gateways for mail, in their order: what `COMM_GATEWAY` certainly did not take goes by the first of them that "
                + "takes it. For example `postal,ses`; each needs its own settings."
        )
    )

    static let gatewayConnections = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_GATEWAY_CONNECTIONS",
            chapter: .gateways,
            readBy: [.sender],
            summary: "Requests to `postal`, `ses`, `mailgun`, `twilio` or `fcm` that one sender has on their way at once; each lane counts "
                + "for itself."
        ),
        default: 16,
        in: 1...256
    )

    static let gatewayTimeoutSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_GATEWAY_TIMEOUT_SECONDS",
            chapter: .gateways,
            readBy: [.sender],
            summary: "How long such a request may take. What was sent and not answered by then has an unknown outcome."
        ),
        default: 30,
        in: 1...300,
        unit: "seconds"
    )

    // MARK: Postal

    static let postalURL = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_POSTAL_URL",
            chapter: .postal,
            readBy: [.sender, .api],
            requirement: "comm-sender with `COMM_GATEWAY=postal`",
            summary: "The Postal installation. comm-api accepts reports that are signed with its keys, and reads those from here."
        )
    )

    static let postalAPIKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_POSTAL_API_KEY",
            chapter: .postal,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=postal`",
            summary: "An API credential of the Postal mail server that sends."
        )
    )

    static let postalAllowsSHA1 = ConfigurationKey.flag(
        ConfigurationEntry(
            name: "COMM_POSTAL_WEBHOOK_SHA1",
            chapter: .postal,
            readBy: [.api],
            summary: "Accepts reports that are signed with SHA-1 alone, as Postal before 3.2 does."
        ),
        default: false
    )

    // MARK: Amazon SES

    static let sesRegion = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_SES_REGION",
            chapter: .ses,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=ses`",
            summary: "AWS region, for example `eu-west-1`."
        )
    )

    static let sesAccessKeyID = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_SES_ACCESS_KEY_ID",
            chapter: .ses,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=ses`",
            summary: "Access key of an IAM user that may do `ses:SendEmail` and `ses:SendRawEmail`."
        )
    )

    static let sesSecretAccessKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_SES_SECRET_ACCESS_KEY",
            chapter: .ses,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=ses`",
            summary: "Its secret; requests are signed with it, it is never sent."
        )
    )

    static let sesSessionToken = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_SES_SESSION_TOKEN",
            chapter: .ses,
            readBy: [.sender],
            summary: "Session token, when the access key is a temporary one; it has to be replaced before it ends."
        )
    )

    static let sesConfigurationSet = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_SES_CONFIGURATION_SET",
            chapter: .ses,
            readBy: [.sender],
            summary: "Configuration set whose event destination publishes reports to an SNS topic."
        )
    )

    static let sesEndpoint = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_SES_ENDPOINT",
            chapter: .ses,
            readBy: [.sender],
            summary: "Another endpoint than the region's own: FIPS, dual stack, a VPC."
        )
    )

    static let sesTopics = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_SES_TOPIC_ARNS",
            chapter: .ses,
            readBy: [.api, .stats],
            summary: "SNS topics whose messages are believed and whose subscriptions are confirmed, separated by commas."
        )
    )

    static let snsRequiresVersion2 = ConfigurationKey.flag(
        ConfigurationEntry(
            name: "COMM_SES_REQUIRE_SHA256",
            chapter: .ses,
            readBy: [.api],
            summary: "Refuses messages of SNS that are signed with SHA-1. Set the topic's `SignatureVersion` to `2` first."
        ),
        default: false
    )

    // MARK: Mailgun

    static let mailgunBase = ConfigurationKey.gatewayURL(
        ConfigurationEntry(
            name: "COMM_MAILGUN_URL",
            chapter: .mailgun,
            readBy: [.sender],
            summary: "The API of the domain's region, when it is not the one in the US: `https://api.eu.mailgun.net`."
        )
    )

    static let mailgunDomain = ConfigurationKey.optionalText(
        ConfigurationEntry(
            name: "COMM_MAILGUN_DOMAIN",
            chapter: .mailgun,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=mailgun`",
            summary: "The sending domain at Mailgun."
        )
    )

    static let mailgunAPIKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_MAILGUN_API_KEY",
            chapter: .mailgun,
            readBy: [.sender],
            requirement: "comm-sender with `COMM_GATEWAY=mailgun`",
            summary: "API key; a domain sending key is enough."
        )
    )

    static let mailgunSigningKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "COMM_MAILGUN_WEBHOOK_KEY",
            chapter: .mailgun,
            readBy: [.api],
            summary: "The account's HTTP webhook signing key (not the API key). With it, Mailgun's reports are accepted."
        )
    )

    static let mailgunMaximumAge = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_MAILGUN_WEBHOOK_MAX_AGE_SECONDS",
            chapter: .mailgun,
            readBy: [.api],
            summary: "The oldest signature that is believed. Mailgun tries a report again for 8 hours; raise it when such reports are "
                + "refused."
        ),
        default: 900,
        in: 60...28_800,
        unit: "seconds"
    )
}
