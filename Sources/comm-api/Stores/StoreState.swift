/// Which stores answered when they were last asked.
struct StoreState: Sendable, Equatable {
    enum Condition: Sendable, Equatable {
        case unknown
        case up
        /// With the reason, fit for operators.
        case down(String)

        fileprivate var word: String {
            switch self {
            case .unknown: "unknown"
            case .up: "ok"
            case .down: "down"
            }
        }
    }

    var postgres = Condition.unknown
    /// Whether the schema is the one that this program was built for.
    var schema = Condition.unknown
    var redis = Condition.unknown

    /// Redis only holds spooled clicks: without it the API works on.
    var isReady: Bool { postgres == .up && schema == .up }

    /// One word per store, for `/api/ready`.
    var checks: [String: String] {
        ["postgres": postgres.word, "schema": schema.word, "redis": redis.word]
    }

    /// One line for `systemctl status`.
    var summary: String {
        var waiting: [String] = []
        if case .down(let reason) = postgres { waiting.append("waiting for PostgreSQL (\(reason))") }
        if case .down(let reason) = schema { waiting.append("schema: \(reason)") }
        if case .down(let reason) = redis { waiting.append("Redis is away (\(reason))") }
        return waiting.isEmpty ? "serving" : waiting.joined(separator: "; ")
    }
}
