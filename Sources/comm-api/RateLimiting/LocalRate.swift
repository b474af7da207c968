import Synchronization

/// Counts callers in this process, while Redis is away.
final class LocalRate: Sendable {
    /// Callers that are remembered; beyond it everybody begins anew.
    private static let most = 20_000

    private let arrivals = Mutex<[String: Int64]>([:])

    /// Counts a request at `now`, in microseconds.
    func count(_ key: String, rate: CellRate, now: Int64) -> RateStanding {
        arrivals.withLock { arrivals in
            if arrivals.count >= Self.most, arrivals[key] == nil {
                arrivals = arrivals.filter { $0.value > now }
                if arrivals.count >= Self.most { arrivals = [:] }
            }
            let (standing, arrival) = rate.count(arrival: arrivals[key], now: now)
            arrivals[key] = arrival
            return standing
        }
    }
}
