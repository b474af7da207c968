import Foundation

/// A process of the whole suite; the order is that of starting.
enum SuiteProgram: String, CaseIterable, Sendable {
    case sink, engine, api, sender, stats

    /// The daemons that operators run; the others stand for the platform.
    static let daemons: [SuiteProgram] = [.api, .sender, .stats]

    /// Name of the built executable.
    var executable: String {
        switch self {
        case .sink, .engine: "motorical-dev"
        case .api: "comm-api"
        case .sender: "comm-sender"
        case .stats: "comm-stats"
        }
    }
}
