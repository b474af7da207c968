import CommCore
import Foundation
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualTime: TimeSource {
    private let moment: Mutex<Date>

    package init(_ now: Date) {
        moment = Mutex(now)
    }

    package var now: Date { moment.withLock { $0 } }

    /// Moves the clock forward by seconds.
    package func advance(by seconds: TimeInterval) {
        moment.withLock { $0 += seconds }
    }

    /// Moves the clock forward.
    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        advance(by: TimeInterval(seconds) + TimeInterval(attoseconds) * 1e-18)
    }

    /// Moves the clock to a moment.
    package func set(_ now: Date) {
        moment.withLock { $0 = now }
    }
}
