import FoundationEssentials
import Synchronization

/// What the lanes of a sender last met at their gateway.
package final class LaneMonitor: Sendable {
    package enum State: String, Sendable {
        /// It takes messages.
        case open
        /// It takes no more for the moment.
        case full
        /// It, or a store, cannot be reached: the lanes rest between attempts.
        case paused
    }

    package struct Report: Sendable, Equatable {
        package let state: State
        package let since: Date
    }

    private let report: Mutex<Report>
    private let time: any TimeSource

    package init(time: any TimeSource) {
        self.time = time
        report = Mutex(Report(state: .open, since: time.now))
    }

    package var latest: Report { report.withLock { $0 } }

    /// Runs one step of a lane and notes how it went.
    ///
    /// - Parameter hasRoom: whether the gateway takes more.
    /// - Returns: false without running the step when it does not.
    package func watch(hasRoom: () async throws -> Bool, step: () async throws -> Bool) async throws -> Bool {
        do {
            guard try await hasRoom() else {
                note(.full)
                return false
            }
            let result = try await step()
            note(.open)
            return result
        } catch {
            if !(error is CancellationError) { note(.paused) }
            throw error
        }
    }

    private func note(_ state: State) {
        let now = time.now
        report.withLock { if $0.state != state { $0 = Report(state: state, since: now) } }
    }
}
