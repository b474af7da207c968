import CLibPQ
import Glibc
import Synchronization

/// Wakes a connection's thread out of `poll` when the calling task is cancelled.
final class Interrupt: Sendable {
    private struct State {
        var operation = 0
        var isArmed = false
        var isRequested = false
        /// Whether the cancel request to the server went through; nil while that is not known.
        var cancelOutcome: Bool?
    }

    /// Becomes readable when there is something to look at.
    let descriptor: Int32
    private let state = Mutex(State())

    init() {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Begins an operation that can be interrupted, and returns its number.
    func arm() -> Int {
        state.withLock { state in
            state.operation += 1
            state.isArmed = true
            state.isRequested = false
            state.cancelOutcome = nil
            return state.operation
        }
    }

    /// Ends the operation: a request that comes later has no effect.
    func disarm() {
        let wasUsed = state.withLock { state in
            state.isArmed = false
            return state.isRequested
        }
        if wasUsed { drain() }
    }

    /// Asks for the end of an operation; callable from any thread.
    func request(_ operation: Int) {
        state.withLock { state in
            guard state.isArmed, state.operation == operation, !state.isRequested else { return }
            state.isRequested = true
            wake()
        }
    }

    /// Reports how the cancel request of an operation went; callable from any thread.
    func reportCancel(_ succeeded: Bool, operation: Int) {
        state.withLock { state in
            guard state.isArmed, state.operation == operation else { return }
            state.cancelOutcome = succeeded
            wake()
        }
    }

    var isRequested: Bool { state.withLock { $0.isRequested } }
    var cancelOutcome: Bool? { state.withLock { $0.cancelOutcome } }
    var operation: Int { state.withLock { $0.operation } }

    /// Empties the descriptor.
    func drain() {
        var counter: UInt64 = 0
        _ = read(descriptor, &counter, MemoryLayout<UInt64>.size)
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
