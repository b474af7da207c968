/// Settings that each program accepts.
enum ConfigurationSamples {
    static let token = "0f3c9a7be1d24865aa0c4e5f8b6d7213"
    static let jwtSecret = "pV7#kQ2x!Lw9ZrTb4mYc6NfHs8JdGu3E"
    static let webhookSecret = "d41f8c02b7a96e5310f4c8d2e7b6a95341"

    /// The least that all three daemons need together.
    static let complete: [String: String] = [
        "COMM_DB_URL": "postgresql://comm:pw@db.example/communications_db",
        "MOTORICAL_DB_URL": "postgresql://comm:pw@db.example/motorical_db",
        "COMM_INTERNAL_TOKEN": token,
        "SERVICE_JWT_SECRET": jwtSecret,
        "COMM_WEBHOOK_SECRET": webhookSecret,
    ]

    /// The least, with some settings changed; an empty text removes one.
    static func complete(with changes: [String: String]) -> [String: String] {
        complete.merging(changes) { _, new in new }
    }
}
