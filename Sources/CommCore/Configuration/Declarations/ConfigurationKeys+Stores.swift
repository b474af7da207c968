extension ConfigurationKeys {
    static let database = DatabaseKeys(
        prefix: "COMM_DB",
        defaultName: "communications_db",
        readBy: .all,
        requirement: "every program, unless `COMM_DB_HOST` is given",
        purpose: "The suite's own database, the only source of truth."
    )

    static let databasePool = ConfigurationKey.integer(
        ConfigurationEntry(
            name: "COMM_DB_POOL",
            chapter: .stores,
            readBy: .all,
            summary: "Most connections that one program keeps to each database."
        ),
        default: 10,
        in: 1...500
    )

    static let motoricalDatabase = DatabaseKeys(
        prefix: "MOTORICAL_DB",
        defaultName: "motorical_db",
        readBy: .all,
        requirement: "comm-sender, unless `MOTORICAL_DB_HOST` is given or `COMM_SMTP_ENABLE=true`",
        purpose: "The platform's database, into which `email_logs` rows are written; comm-api reads its bounces on request."
    )

    static let redisURL = ConfigurationKey.credential(
        ConfigurationEntry(
            name: "REDIS_URL",
            chapter: .stores,
            summary: "The Redis server: `redis://[[user]:password@]host[:port][/database]` or `unix:///path?db=0`. "
                + "Wins over the five settings below. TLS (`rediss://`) is refused: the system's client library has none; use a tunnel."
        ),
        kind: "Redis URL"
    )

    static let redisHost = ConfigurationKey.text(
        ConfigurationEntry(name: "REDIS_HOST", chapter: .stores, summary: "Redis host, when `REDIS_URL` is not given."),
        default: "127.0.0.1"
    )

    static let redisPort = ConfigurationKey.integer(
        ConfigurationEntry(name: "REDIS_PORT", chapter: .stores, summary: "Redis port, when `REDIS_URL` is not given."),
        default: 6379,
        in: 1...65_535
    )

    static let redisUsername = ConfigurationKey.optionalText(
        ConfigurationEntry(name: "REDIS_USERNAME", chapter: .stores, summary: "Redis ACL user; needs `REDIS_PASSWORD`.")
    )

    static let redisPassword = ConfigurationKey.credential(
        ConfigurationEntry(name: "REDIS_PASSWORD", chapter: .stores, summary: "Redis password, when `REDIS_URL` is not given.")
    )

    static let redisDatabase = ConfigurationKey.integer(
        ConfigurationEntry(name: "REDIS_DB", chapter: .stores, summary: "Redis database number, when `REDIS_URL` is not given."),
        default: 0,
        in: 0...65_535
    )
}
