import FoundationEssentials
import Synchronization

/// Keeps a gateway in trouble from using up messages: after an outage nothing is tried for a while, then one message at a time feels
/// its way.
final class OutageBreaker: Sendable {
    /// Whether messages may go out now.
    enum Admission: Equatable {
        /// As many as there are connections.
        case free
        /// One, alone; its outcome decides.
        case probe
        case refused(GatewayOutage)
    }

    private enum State {
        case closed
        case open(GatewayOutage, until: Date, failures: Int)
        case probing(GatewayOutage, failures: Int)
    }

    private let state = Mutex(State.closed)

    /// Whether nothing goes out for the moment.
    func isOpen(now: Date) -> Bool {
        state.withLock { state in
            if case .open(_, let until, _) = state { return now < until }
            return false
        }
    }

    /// Asks for leave; who gets ``Admission/probe`` must report back with ``succeeded()``, ``failed(_:now:using:)`` or ``gaveUp(now:)``.
    func admission(now: Date) -> Admission {
        state.withLock { state in
            switch state {
            case .closed: return .free
            case .probing(let outage, _): return .refused(outage)
            case .open(let outage, let until, let failures):
                guard now >= until else { return .refused(outage) }
                state = .probing(outage, failures: failures)
                return .probe
            }
        }
    }

    /// The provider took or judged a message: it works.
    ///
    /// An outage that others have met in the meantime stays.
    func succeeded() {
        state.withLock { state in
            if case .probing = state { state = .closed }
        }
    }

    /// The probe did not take place.
    func gaveUp(now: Date) {
        state.withLock { state in
            if case .probing(let outage, let failures) = state { state = .open(outage, until: now, failures: failures) }
        }
    }

    /// - Returns: until when nothing goes out, and whether this outage is news.
    @discardableResult
    func failed(_ outage: GatewayOutage, now: Date, using random: inout some RandomNumberGenerator) -> (until: Date, isNew: Bool) {
        // Drawn outside of the lock, which takes no inout parameter with it.
        let share = Double.random(in: 0.5...1, using: &random)
        return state.withLock { state in
            let failures: Int
            switch state {
            case .closed: failures = 1
            case .probing(_, let before): failures = before + 1
            // Met by several messages at once: one failure.
            case .open(_, let until, let before):
                if now < until { return (until, false) }
                failures = before + 1
            }
            let until = Self.end(of: outage, failures: failures, share: share, now: now)
            state = .open(outage, until: until, failures: failures)
            return (until, failures == 1)
        }
    }

    /// Doubling pauses with jitter; the provider's own word counts when it is further away, up to an hour.
    private static func end(of outage: GatewayOutage, failures: Int, share: Double, now: Date) -> Date {
        let (shortest, longest): (TimeInterval, TimeInterval) =
            switch outage.kind {
            case .throttled: (1, 60)
            case .away: (5, 300)
            case .configuration: (30, 300)
            case .quota: (600, 600)
            }
        let pause = min(shortest * Double(1 << min(failures - 1, 20)), longest) * share
        let told = outage.until.map { min($0.timeIntervalSince(now), 3600) } ?? 0
        return now.addingTimeInterval(max(pause, told))
    }
}
