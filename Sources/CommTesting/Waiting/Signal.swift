import Synchronization

/// Something that happens, possibly several times; a test waits for it instead of sleeping.
package final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation
    private let counter = Mutex(0)

    package init(of _: Value.Type = Value.self) {
        (stream, continuation) = AsyncStream.makeStream()
    }

    /// Says that it happened.
    package func fire(_ value: Value) {
        counter.withLock { $0 += 1 }
        continuation.yield(value)
    }

    /// How often it happened so far.
    package var count: Int { counter.withLock { $0 } }

    /// Waits for it to happen and returns what came with it; each occurrence is returned once, to one waiter at a time.
    ///
    /// - Throws: `TestFailure` after the timeout.
    package func wait(timeout: Duration = .seconds(10), _ what: String = "the signal") async throws -> Value {
        try await withTimeout(timeout, what) { [stream] in
            for await value in stream { return value }
            throw TestFailure("\(what) was given up while waiting for it")
        }
    }
}

extension Signal where Value == Void {
    /// Says that it happened.
    package func fire() {
        fire(())
    }
}
