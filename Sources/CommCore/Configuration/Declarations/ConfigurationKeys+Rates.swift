extension ConfigurationKeys {
    static let rateRead = rate("READ", "Requests that read, of one API key in a minute", default: 6_000)
    static let rateWrite = rate("WRITE", "Requests that change something, of one API key in a minute", default: 3_000)
    static let rateSend = rate("SEND", "Requests that schedule, pause, resume or cancel, of one API key in a minute", default: 300)
    static let rateExport = rate("EXPORT", "Exports and downloads of one API key in a minute", default: 60)
    static let ratePublic = rate("PUBLIC", "Public pages for one client address in a minute; tracked links are never counted", default: 600)

    private static func rate(_ name: String, _ what: String, default value: Int) -> ConfigurationKey<Int> {
        .integer(
            ConfigurationEntry(
                name: "COMM_RATE_\(name)_PER_MINUTE",
                chapter: .servers,
                readBy: [.api],
                summary: "\(what); 0 for any number. Counted in Redis, and by each process for itself, at a quarter, while Redis is away."
            ),
            default: value,
            in: 0...10_000_000
        )
    }
}
