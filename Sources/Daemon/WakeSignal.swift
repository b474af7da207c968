import Synchronization

/// Wakes duties that rest because they found nothing to do.
///
/// Whoever looks for work remembers ``count`` first, so that a signal that comes while it looks is not lost.
package final class WakeSignal: Sendable {
    private struct State {
        var count = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How often it was given.
    package var count: Int { state.withLock { $0.count } }

    /// Wakes everybody who waits, and those who are about to.
    package func give() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until it is given again, the time is over or the task is cancelled.
    ///
    /// - Parameter count: what ``count`` was when the work was looked for.
    package func wait(since count: Int, upTo duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.next(since: count) }
            group.addTask { try? await Task.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }

    private func next(since count: Int) async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.count == count, !Task.isCancelled else { return true }
                    state.waiters[waiter] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }
}
