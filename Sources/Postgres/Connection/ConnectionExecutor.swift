import Dispatch
import Synchronization

/// Runs one connection's work, which blocks, on a thread of its own and never on the cooperative pool.
final class ConnectionExecutor: SerialExecutor {
    private let inbox: Inbox

    /// Starts the thread; it ends with the executor.
    init() throws {
        let inbox = Inbox()
        self.inbox = inbox
        guard DetachedThread.start({ inbox.serve() }) else {
            throw PostgresError(.connectionFailed, "no thread can be started for a connection")
        }
    }

    deinit {
        inbox.close()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        inbox.put { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Runs blocking work on the thread, outside of any actor.
    func run<R>(_ work: @escaping @Sendable () throws -> sending R) async throws -> sending R {
        try await withCheckedThrowingContinuation { continuation in
            inbox.put { continuation.resume(with: Result { try work() }) }
        }
    }
}

/// What a thread has to do, in order of arrival.
private final class Inbox: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)

    func put(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.work.append(work) }
        arrived.signal()
    }

    /// Ends the thread after the work that is there.
    func close() {
        state.withLock { $0.isClosed = true }
        arrived.signal()
    }

    /// The thread's loop.
    func serve() {
        while true {
            arrived.wait()
            let (work, isClosed) = state.withLock { state in
                defer { state.work = [] }
                return (state.work, state.isClosed)
            }
            for item in work { item() }
            if isClosed { return }
        }
    }
}
