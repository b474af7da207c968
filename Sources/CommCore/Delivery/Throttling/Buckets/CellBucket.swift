/// One bucket by the generic cell rate algorithm (ITU-T I.371): a single moment is all that is remembered.
///
/// Moments are microseconds.
struct CellBucket: Sendable, Equatable {
    let interval: Int64
    let burst: Int
    /// When the bucket would be full again.
    private(set) var full: Int64

    private var tolerance: Int64 { interval * Int64(burst) }

    /// A bucket with one token: nobody knows what others have taken.
    init(interval: Int64, burst: Int, now: Int64) {
        self.interval = interval
        self.burst = burst
        full = now + interval * Int64(burst - 1)
    }

    /// The same bucket at another rate.
    func adapted(interval: Int64, burst: Int) -> CellBucket {
        var bucket = CellBucket(interval: interval, burst: burst, now: 0)
        bucket.full = full
        return bucket
    }

    /// When one more may go, with `spare` left for others; not before `now`.
    func soonest(now: Int64, spare: Int = 0) -> Int64 {
        max(now, max(full, now) + interval * Int64(1 + spare) - tolerance)
    }

    mutating func take(now: Int64) {
        full = max(full, now) + interval
    }
}
