import Synchronization

/// The last time that a loop made progress.
package final class Heartbeat: Sendable {
    private let now: @Sendable () -> ContinuousClock.Instant
    private let last: Mutex<ContinuousClock.Instant>

    /// A heart that has just beaten.
    ///
    /// - Parameter now: tells the time; a test gives its own.
    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        self.now = now
        self.last = Mutex(now())
    }

    /// The loop has made progress.
    package func beat() {
        let instant = now()
        last.withLock { $0 = instant }
    }

    /// Time since the last progress.
    package var age: Duration {
        last.withLock { $0 }.duration(to: now())
    }
}
