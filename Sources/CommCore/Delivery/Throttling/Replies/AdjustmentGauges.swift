import FoundationEssentials
import Metrics
import Synchronization

/// Shows how many groups of each gateway are slowed down or paused; only gateways are named, for groups may be anybody's domains.
final class AdjustmentGauges: Sendable {
    private let shown = Mutex<Set<String>>([])

    func show(_ adjustments: some Sequence<RateAdjustment>, now: Date) {
        let moment = now.microseconds
        var counts: [String: (slowed: Int, paused: Int)] = [:]
        for adjustment in adjustments where adjustment.factor(at: moment) < 1 {
            if adjustment.pausedUntil > moment {
                counts[adjustment.gateway, default: (0, 0)].paused += 1
            } else {
                counts[adjustment.gateway, default: (0, 0)].slowed += 1
            }
        }
        let gateways = shown.withLock { shown in
            shown.formUnion(counts.keys)
            return shown
        }
        for gateway in gateways {
            let count = counts[gateway] ?? (0, 0)
            Gauge(label: "comm_throttle_groups", dimensions: [("gateway", gateway), ("state", "slowed")]).record(count.slowed)
            Gauge(label: "comm_throttle_groups", dimensions: [("gateway", gateway), ("state", "paused")]).record(count.paused)
        }
    }
}
