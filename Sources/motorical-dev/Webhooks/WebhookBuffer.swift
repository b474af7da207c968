import Synchronization

/// Events that wait to be reported: many writers, many readers, first in first out.
final class WebhookBuffer: Sendable {
    fileprivate struct State {
        var events: [WebhookEvent] = []
        /// Events before it have been taken.
        var head = 0
        var readers: [CheckedContinuation<WebhookEvent?, Never>] = []
        var writers: [CheckedContinuation<Void, Never>] = []
        var isClosed = false

        var count: Int { events.count - head }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: a writer that passes it waits until the readers have caught up.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event, at once.
    func add(_ event: WebhookEvent) {
        let reader = state.withLock { state -> CheckedContinuation<WebhookEvent?, Never>? in
            if !state.readers.isEmpty { return state.readers.removeLast() }
            state.events.append(event)
            return nil
        }
        reader?.resume(returning: event)
    }

    /// Waits while more events are waiting than the capacity allows.
    func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.count < capacity || state.isClosed { return true }
                state.writers.append(continuation)
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// The next event; nil when the buffer is closed and empty.
    func next() async -> WebhookEvent? {
        await withCheckedContinuation { continuation in
            let (event, isOver, writers) = state.withLock { $0.take(continuation, capacity: capacity) }
            for writer in writers { writer.resume() }
            if let event { continuation.resume(returning: event) } else if isOver { continuation.resume(returning: nil) }
        }
    }

    /// Lets readers end when everything has been taken.
    func close() {
        let (readers, writers) = state.withLock { state in
            state.isClosed = true
            defer {
                state.readers = []
                state.writers = []
            }
            return (state.readers, state.writers)
        }
        for reader in readers { reader.resume(returning: nil) }
        for writer in writers { writer.resume() }
    }
}

extension WebhookBuffer.State {
    fileprivate mutating func take(
        _ continuation: CheckedContinuation<WebhookEvent?, Never>,
        capacity: Int
    ) -> (event: WebhookEvent?, isOver: Bool, writers: [CheckedContinuation<Void, Never>]) {
        guard count > 0 else {
            if !isClosed { readers.append(continuation) }
            return (nil, isClosed, [])
        }
        let event = events[head]
        head += 1
        if head > 4_096, head * 2 > events.count {
            events.removeFirst(head)
            head = 0
        }
        guard count < capacity else { return (event, false, []) }
        defer { writers = [] }
        return (event, false, writers)
    }
}
