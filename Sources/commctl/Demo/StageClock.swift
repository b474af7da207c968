/// Seconds that each stage of the demo took, in the order in which they ended.
struct StageClock: Sendable {
    private(set) var stages: [(name: String, seconds: Double)] = []
    private let clock = ContinuousClock()
    private var mark: ContinuousClock.Instant

    init() {
        mark = clock.now
    }

    /// Ends a stage that began where the last one ended.
    mutating func lap(_ name: String) {
        let now = clock.now
        stages.append((name, Self.seconds(now - mark)))
        mark = now
    }

    /// Records a stage that was timed on its own, as it overlaps with others.
    mutating func record(_ name: String, _ duration: Duration) {
        stages.append((name, Self.seconds(duration)))
    }

    /// Begins the next stage now.
    mutating func restart() {
        mark = clock.now
    }

    /// A duration in seconds, to the millisecond.
    static func seconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) + Double(parts.attoseconds / 1_000_000_000_000_000) / 1_000
    }
}
