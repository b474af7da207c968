import Foundation

/// Where the processes of one suite find each other, and how each is started.
struct SuiteSettings: Sendable {
    static let internalToken = "e2e-internal-4f0b7d8c25e94a11b6c3-91d20a7e"
    static let webhookSecret = "e2e-webhook-a83c5be1704d4f6d92e0-5c7718fb"
    static let signingSecret = "e2e-signing-6bd1f7c09a5e4d21b8f3-0c4fab7f"

    let folder: URL
    /// Databases: ours as each role, and the platform's.
    let apiDatabase: String
    let workerDatabase: String
    let platformDatabase: String
    let redis: String
    /// How the platform misbehaves, in the words of motorical-dev.
    let misbehaviour: String?
    let logPollSeconds: Int

    let smtpPort: Int
    let platformPort: Int
    let apiPort: Int
    let senderPort: Int
    let statsPort: Int
    let httpsPort: Int
    let httpPort: Int

    var apiBase: String { "http://127.0.0.1:\(apiPort)" }
    var platformBase: String { "http://127.0.0.1:\(platformPort)" }
    /// What a browser sees: the hosts of the shipped nginx configuration.
    var publicBase: String { "https://comm.example.org:\(httpsPort)" }
    var trackingDomain: String { "track.example.org:\(httpsPort)" }
    /// One line for each mail that the sink accepted.
    var sinkIndex: URL { folder.appending(path: "sink.tsv") }
    var sinkMails: URL { folder.appending(path: "mails") }

    /// Answers 200 once the program works; the sink has no such page.
    func readyURL(_ program: SuiteProgram) -> String? {
        switch program {
        case .sink: nil
        case .engine: "\(platformBase)/health"
        case .api: "\(apiBase)/api/ready"
        case .sender: "http://127.0.0.1:\(senderPort)/api/ready"
        case .stats: "http://127.0.0.1:\(statsPort)/api/ready"
        }
    }

    func arguments(_ program: SuiteProgram) -> [String] {
        switch program {
        case .sink:
            ["sink", "--port", "\(smtpPort)", "--store", sinkMails.path, "--keep", "1000", "--index", sinkIndex.path]
        case .engine:
            [
                "engine", "--redis-url", redis, "--db-url", platformDatabase, "--smtp-host", "127.0.0.1", "--smtp-port", "\(smtpPort)",
                "--webhook-url", "\(apiBase)/api/webhooks/motorical", "--webhook-secret", Self.webhookSecret,
                "--api-port", "\(platformPort)", "--seed", "7",
            ] + (misbehaviour.map { ["--misbehave", $0] } ?? [])
        case .api, .sender, .stats: []
        }
    }

    func environment(_ program: SuiteProgram) -> [String: String] {
        let shared = [
            "COMM_ENVIRONMENT": "development", "LOG_FORMAT": "json", "REDIS_URL": redis, "SERVICE_JWT_SECRET": Self.signingSecret,
            "COMM_PUBLIC_BASE": publicBase, "COMM_TRACKING_DOMAIN": trackingDomain, "MOTORICAL_API_BASE": platformBase,
            "MOTORICAL_DB_URL": platformDatabase, "COMM_DB_URL": program == .api ? apiDatabase : workerDatabase,
        ]
        let own =
            switch program {
            case .sink, .engine: [String: String]()
            case .api:
                [
                    "COMM_PORT": "\(apiPort)", "COMM_INTERNAL_TOKEN": Self.internalToken, "COMM_WEBHOOK_SECRET": Self.webhookSecret,
                ]
            case .sender: ["COMM_SENDER_PORT": "\(senderPort)", "COMM_CHUNK_SIZE": "100"]
            case .stats: ["COMM_STATS_PORT": "\(statsPort)", "COMM_LOG_POLL_SECONDS": "\(logPollSeconds)"]
            }
        return shared.merging(own) { _, own in own }
    }
}
