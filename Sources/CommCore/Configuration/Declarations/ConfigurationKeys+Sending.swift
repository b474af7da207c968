extension ConfigurationKeys {
    static let publicBase = ConfigurationKey.baseURL(
        ConfigurationEntry(
            name: "COMM_PUBLIC_BASE",
            chapter: .links,
            summary: "Where the API is reached from outside; unsubscribe links and the webhook address start with it."
        ),
        default: "http://localhost:3011"
    )

    static let trackingDomain = ConfigurationKey.host(
        ConfigurationEntry(
            name: "COMM_TRACKING_DOMAIN",
            chapter: .links,
            summary: "Host of the tracked links in messages; point it at the API (nginx configuration in `nginx/`)."
        ),
        default: "track.motorical.com"
    )

    static let trackingScheme = ConfigurationKey.choice(
        ConfigurationEntry(
            name: "COMM_TRACKING_SCHEME",
            chapter: .links,
            summary: "Scheme of the tracked links. `http` is for development and refused in production."
        ),
        default: TrackingScheme.https
    )

    static let fromAddress = ConfigurationKey.mailAddress(
        ConfigurationEntry(
            name: "COMM_FROM_ADDRESS",
            chapter: .links,
            summary: "Sender address of campaigns that name none."
        ),
        default: "no-reply@motorical.com"
    )

    static let unsubscribeMailto = ConfigurationKey.mailAddress(
        ConfigurationEntry(
            name: "COMM_UNSUB_MAILTO",
            chapter: .links,
            summary: "Address of the `mailto:` alternative in the List-Unsubscribe header."
        ),
        default: "unsubscribe@motorical.com"
    )

    static let chunkSize = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_CHUNK_SIZE",
            chapter: .sending,
            readBy: [.sender],
            summary: "Messages that a bulk lane leases, writes and hands over together."
        ),
        default: 500,
        in: 1...5_000,
        unit: "messages"
    )

    static let leaseSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_LEASE_SECONDS",
            chapter: .sending,
            readBy: [.sender],
            summary: "How long a sender holds work without renewing; after that another one takes it over."
        ),
        default: 60,
        in: 5...3_600,
        unit: "seconds"
    )

    static let reconcileAfterSeconds = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_RECONCILE_AFTER_SECONDS",
            chapter: .sending,
            readBy: [.sender],
            summary: "Age at which a message that was handed over but not confirmed is looked up and, if need be, handed over again."
        ),
        default: 60,
        in: 1...86_400,
        unit: "seconds"
    )

    static let lanes = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_LANES",
            chapter: .sending,
            readBy: [.sender],
            summary: "Bulk lanes (newsletters, campaigns) that one sender works at the same time. Urgent mail has its own lanes."
        ),
        default: 2,
        in: 1...64
    )

    static let expressWorkers = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_EXPRESS_WORKERS",
            chapter: .sending,
            readBy: [.sender],
            summary: "Workers that one sender keeps for each urgent class (P0, P1, P4), so that nothing waits behind a campaign."
        ),
        default: 2,
        in: 1...32
    )
}
