/// What is known about one setting before any value is read: the source of checks, documentation and the sample file.
package struct ConfigurationDeclaration: Sendable {
    /// The chapter of the reference that a setting belongs to.
    package enum Chapter: String, Sendable, CaseIterable {
        /// Addresses and sizes of the HTTP servers.
        case servers = "Servers"
        /// PostgreSQL and Redis.
        case stores = "Stores"
        /// Secrets that sign and open things.
        case secrets = "Secrets"
        /// Addresses that appear in messages.
        case links = "Links and addresses"
        /// The platform that delivers.
        case platform = "Platform"
        /// The choice of the gateway, and what several share.
        case gateways = "Gateways"
        /// The SMTP gateway.
        case smtp = "SMTP gateway"
        /// The Postal gateway and its webhook.
        case postal = "Postal gateway"
        /// The SES gateway and its webhook.
        case ses = "Amazon SES gateway"
        /// The Mailgun gateway and its webhook.
        case mailgun = "Mailgun gateway"
        /// The Twilio gateway and its webhook.
        case twilio = "Twilio gateway (text messages)"
        /// The FCM gateway and the webhook of apps.
        case firebase = "Firebase gateway (push)"
        /// The mailbox that bounces come back to.
        case bounces = "Bounce mailbox"
        /// Speed and leases of the sender.
        case sending = "Sending"
        /// Webhooks out and event streams.
        case webhooks = "Webhooks and event streams"
        /// Environment, logs, faults.
        case operations = "Operations"
    }

    /// Name of the environment variable.
    package let name: String
    /// The chapter it is listed in.
    package let chapter: Chapter
    /// What a value looks like, in words.
    package let kind: String
    /// The value when none is given; nil means that there is none.
    package let defaultText: String?
    /// Whether the value must never be shown.
    package let isSecret: Bool
    /// Programs that read it.
    package let readBy: Set<Program>
    /// Programs that refuse to start without it.
    package let requiredBy: Set<Program>
    /// Who cannot do without it unless what else is given, in words.
    package let requirement: String?
    /// One paragraph for the operator.
    package let summary: String

    /// The option of the command line: `--comm-port` for `COMM_PORT`.
    package var option: String {
        "--" + name.lowercased().replacing("_", with: "-")
    }

    /// The file below `$CREDENTIALS_DIRECTORY`: `comm_port` for `COMM_PORT`.
    package var credentialName: String { name.lowercased() }
}
