import Metrics
import Synchronization

/// The places in which endpoints are served; slow ones may take half of them.
final class DispatchPlaces: Sendable {
    private struct Taken {
        var all = 0
        var slow = 0
    }

    private let limit: Int
    private let taken = Mutex(Taken())
    private let gauge = Gauge(label: "comm_webhook_endpoints_served")

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Free places, and how many of them a slow endpoint may take.
    var free: (all: Int, slow: Int) {
        taken.withLock { (limit - $0.all, max(0, max(1, limit / 2) - $0.slow)) }
    }

    func take(isSlow: Bool) {
        change(by: 1, isSlow: isSlow)
    }

    func giveBack(isSlow: Bool) {
        change(by: -1, isSlow: isSlow)
    }

    private func change(by number: Int, isSlow: Bool) {
        let all = taken.withLock { taken in
            taken.all += number
            if isSlow { taken.slow += number }
            return taken.all
        }
        gauge.record(all)
    }
}
