extension ConfigurationKeys {
    static let motoricalAPIBase = ConfigurationKey.baseURL(
        ConfigurationEntry(
            name: "MOTORICAL_API_BASE",
            chapter: .platform,
            readBy: [.api, .stats],
            summary: "The platform's HTTP API: delivery logs, registration of webhooks."
        ),
        default: "https://api.motorical.com"
    )

    static let motoricalAPIKey = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "MOTORICAL_API_KEY",
            chapter: .platform,
            readBy: [.api, .stats],
            summary: "Key for the platform's HTTP API."
        )
    )

    static let motoricalPublicToken = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "MOTORICAL_PUBLIC_API_TOKEN",
            chapter: .platform,
            readBy: [.api, .stats],
            summary: "Token for the platform's public API; with it comm-stats registers the webhook of each motor block that campaigns use."
        )
    )

    static let backendAPIURL = ConfigurationKey.optionalBaseURL(
        ConfigurationEntry(
            name: "BACKEND_API_URL",
            chapter: .platform,
            readBy: [.api],
            summary: "The platform's backend, which mails the export of a person's data (`POST /api/internal/system-email`, with the "
                + "internal token). Without it exports are downloads."
        )
    )

    static let deliveryQueue = ConfigurationKey.text(
        ConfigurationEntry(
            name: "COMM_DELIVERY_QUEUE",
            chapter: .platform,
            readBy: [.sender, .stats, .control],
            summary: "Redis list from which the platform takes its delivery jobs."
        ),
        default: "email_delivery_queue"
    )

    static let deliveryQueueHighWater = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_DELIVERY_QUEUE_HIGH_WATER",
            chapter: .platform,
            readBy: [.sender],
            summary: "The sender stops handing over while the list is longer than this, so that Redis cannot fill up."
        ),
        default: 5_000,
        in: 1...10_000_000,
        unit: "jobs"
    )

    static let logPollSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_LOG_POLL_SECONDS",
            chapter: .platform,
            readBy: [.stats],
            summary: "Pause between two readings of the platform's delivery logs, the safety net behind the webhooks; 0 turns it off."
        ),
        default: 60,
        in: 0...86_400,
        unit: "seconds"
    )

    static let smtpEnable = ConfigurationKey.flag(
        ConfigurationEntry(
            name: "COMM_SMTP_ENABLE",
            chapter: .smtp,
            readBy: [.sender],
            summary: "Lets the sender deliver through an SMTP server."
        ),
        default: false
    )

    static let smtpHost = ConfigurationKey.text(
        ConfigurationEntry(name: "COMM_SMTP_HOST", chapter: .smtp, readBy: [.sender], summary: "SMTP server."),
        default: "mail.motorical.com"
    )

    static let smtpPort = ConfigurationKey.integer(
        ConfigurationEntry(name: "COMM_SMTP_PORT", chapter: .smtp, readBy: [.sender], summary: "Port of the SMTP server."),
        default: 2587,
        in: 1...65_535
    )

    static let smtpTLS = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_SMTP_TLS",
            chapter: .smtp,
            readBy: [.sender],
            summary: "`starttls` upgrades and refuses to go on without, `tls` speaks TLS from the first byte, `none` sends in the clear "
                + "and is refused together with a password in production."
        ),
        default: SMTPGatewaySettings.Security.starttls
    )

    static let smtpUser = ConfigurationKey.optionalText(
        ConfigurationEntry(name: "COMM_SMTP_USER", chapter: .smtp, readBy: [.sender], summary: "User for SMTP authentication.")
    )

    static let smtpPassword = ConfigurationKey.credential(
        ConfigurationEntry(name: "COMM_SMTP_PASS", chapter: .smtp, readBy: [.sender], summary: "Password for SMTP authentication.")
    )
}
