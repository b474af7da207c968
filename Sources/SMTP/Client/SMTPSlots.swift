import Synchronization

/// A fixed number of places that tasks take, wait for in turn, and give back.
final class SMTPSlots: Sendable {
    fileprivate struct State {
        var free: Int
        var used = 0
        var isClosed = false
        var lastTicket = 0
        var waiters: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Tickets whose task was cancelled before it began to wait.
        var cancelled: Set<Int> = []
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(free: count))
    }

    /// Takes a place; false when closed, or when the task is cancelled while it waits.
    func acquire() async -> Bool {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { $0.enter(ticket, continuation) }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.cancel(ticket) }?.resume(returning: false)
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelled.remove(ticket) } }
        return isIn
    }

    /// Gives a place back, to the one who has waited longest.
    func release() {
        let (next, closers) = state.withLock { $0.leave() }
        next?.resume(returning: true)
        for closer in closers { closer.resume() }
    }

    /// Lets nobody in any more and waits until all places are given back.
    func close() async {
        for waiter in state.withLock({ $0.close() }) { waiter.resume(returning: false) }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.used > 0 { state.closers.append(continuation) }
                return state.used == 0
            }
            if isEmpty { continuation.resume() }
        }
    }
}

extension SMTPSlots.State {
    /// The answer at once, nil when the caller has to wait.
    fileprivate mutating func enter(_ ticket: Int, _ continuation: CheckedContinuation<Bool, Never>) -> Bool? {
        if cancelled.remove(ticket) != nil || isClosed { return false }
        if free > 0 {
            free -= 1
            used += 1
            return true
        }
        waiters.append((ticket, continuation))
        return nil
    }

    fileprivate mutating func cancel(_ ticket: Int) -> CheckedContinuation<Bool, Never>? {
        if let index = waiters.firstIndex(where: { $0.ticket == ticket }) { return waiters.remove(at: index).continuation }
        cancelled.insert(ticket)
        return nil
    }

    fileprivate mutating func leave() -> (next: CheckedContinuation<Bool, Never>?, closers: [CheckedContinuation<Void, Never>]) {
        if !waiters.isEmpty { return (waiters.removeFirst().continuation, []) }
        free += 1
        used -= 1
        guard used == 0 else { return (nil, []) }
        defer { closers = [] }
        return (nil, closers)
    }

    fileprivate mutating func close() -> [CheckedContinuation<Bool, Never>] {
        isClosed = true
        defer { waiters = [] }
        return waiters.map(\.continuation)
    }
}
