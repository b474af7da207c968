/// The programs of the suite that read the configuration.
package enum Program: String, Sendable, CaseIterable {
    /// The REST API, tracking and webhooks.
    case api = "comm-api"
    /// The outbound pipeline.
    case sender = "comm-sender"
    /// The event pipeline.
    case stats = "comm-stats"
    /// The operator's tool.
    case control = "commctl"
}

extension Set<Program> {
    /// The three long-running programs.
    static let daemons: Self = [.api, .sender, .stats]
    /// Every program.
    static let all = Set(Program.allCases)
}
