import FoundationEssentials
import Synchronization

/// Which gateways are held back, as of a second ago: asked at every hand-over, read once a second.
package final class GatewayPauseWatch: Sendable {
    /// How old what is known may be (seconds).
    private static let freshness: TimeInterval = 1

    private struct State {
        var known = PausedGateways.none
        var readAt = Date.distantPast
    }

    private let repository: QueuePauseRepository
    private let time: any TimeSource
    private let state = Mutex(State())

    package init(repository: QueuePauseRepository, time: any TimeSource) {
        self.repository = repository
        self.time = time
    }

    /// What is held back; while the store is away what was known last.
    var current: PausedGateways {
        get async {
            let now = time.now
            let known = state.withLock { state -> PausedGateways? in
                guard abs(now.timeIntervalSince(state.readAt)) >= Self.freshness else { return state.known }
                // Others go by what is known while this one reads.
                state.readAt = now
                return nil
            }
            if let known { return known }
            guard let read = try? await repository.pausedGateways() else { return state.withLock(\.known) }
            state.withLock { $0.known = read }
            return read
        }
    }
}
