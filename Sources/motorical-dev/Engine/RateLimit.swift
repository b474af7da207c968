import Synchronization

/// Spreads work evenly so that no more than a number of jobs begin in a second.
final class RateLimit: Sendable {
    private let interval: Duration
    private let next: Mutex<ContinuousClock.Instant>

    /// - Parameter perSecond: nil for no limit.
    init(perSecond: Int?) {
        interval = perSecond.map { .seconds(1) / max(1, $0) } ?? .zero
        next = Mutex(.now)
    }

    /// Waits for the next turn.
    func wait() async throws {
        guard interval > .zero else { return }
        let turn = next.withLock { next in
            let turn = max(next, .now)
            next = turn + interval
            return turn
        }
        try await Task.sleep(until: turn, clock: .continuous)
    }
}
