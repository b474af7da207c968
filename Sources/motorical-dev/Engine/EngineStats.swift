import Foundation
import Synchronization

/// What the engine has done since its start, for `/stats`.
final class EngineStats: Sendable {
    struct Counters: Codable, Sendable {
        var jobsTaken = 0
        var uniqueJobs = 0
        /// Jobs whose id had been taken before; delivered once only.
        var duplicates = 0
        var invalidJobs = 0
        /// Jobs without a row in email_logs; delivered all the same.
        var withoutRow = 0
        /// Jobs that an earlier run had in hand.
        var recovered = 0
        var inFlight = 0
        var delivered = 0
        var bounced = 0
        var complained = 0
        var failed = 0
        var deferrals = 0
        var unknownOutcomes = 0
        var webhooksSent = 0
        var webhooksPending = 0
        var webhooksRetried = 0
        var webhooksRefused = 0
        var webhooksDropped = 0
        var webhooksDuplicated = 0
    }

    private let counters = Mutex(Counters())

    /// The figures of one moment.
    var current: Counters { counters.withLock { $0 } }

    func update(_ change: (inout Counters) -> Void) {
        counters.withLock { change(&$0) }
    }
}
