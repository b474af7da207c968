import Synchronization

/// Hands pieces of bytes from one task to another.
///
/// It holds two at most: a slow receiver makes the sender wait.
final class PieceChannel: AsyncSequence, Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let channel: PieceChannel

        func next() async throws -> [UInt8]? {
            try await channel.receive()
        }
    }

    fileprivate struct State {
        var pieces: [[UInt8]] = []
        var sender: CheckedContinuation<Void, Never>?
        var receiver: CheckedContinuation<[UInt8]?, any Error>?
        /// Set when nothing more comes.
        var end: Result<Void, any Error>?
        /// Nobody takes anything any more: what is sent is dropped.
        var isAbandoned = false
    }

    private static let capacity = 2
    private let state = Mutex(State())

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(channel: self)
    }

    /// Gives a piece to the receiver, and waits while it has enough of them.
    func send(_ piece: [UInt8]) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    if state.isAbandoned { return false }
                    if let receiver = state.receiver {
                        state.receiver = nil
                        receiver.resume(returning: piece)
                        return false
                    }
                    state.pieces.append(piece)
                    guard state.pieces.count >= Self.capacity, !Task.isCancelled else { return false }
                    state.sender = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeSender() }?.resume()
        }
    }

    /// Says that nothing more comes, or why.
    func finish(_ error: (any Error)? = nil) {
        let receiver = state.withLock { state in
            state.end = error.map { .failure($0) } ?? .success(())
            return state.takeReceiver()
        }
        guard let receiver else { return }
        if let error { receiver.resume(throwing: error) } else { receiver.resume(returning: nil) }
    }

    /// Says that nobody receives any more, so that no sender waits.
    func abandon() {
        let sender = state.withLock { state in
            state.isAbandoned = true
            state.pieces = []
            return state.takeSender()
        }
        sender?.resume()
    }

    private func receive() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (answer, sender) = state.withLock { state in state.receive(continuation) }
                sender?.resume()
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            state.withLock { $0.takeReceiver() }?.resume(throwing: CancellationError())
        }
    }
}

extension PieceChannel.State {
    /// What the receiver gets at once (nil: it waits), and the sender that may go on.
    fileprivate mutating func receive(
        _ continuation: CheckedContinuation<[UInt8]?, any Error>
    ) -> (Result<[UInt8]?, any Error>?, CheckedContinuation<Void, Never>?) {
        if !pieces.isEmpty { return (.success(pieces.removeFirst()), takeSender()) }
        if let end { return (end.map { nil }, nil) }
        if Task.isCancelled { return (.failure(CancellationError()), nil) }
        receiver = continuation
        return (nil, nil)
    }

    fileprivate mutating func takeSender() -> CheckedContinuation<Void, Never>? {
        defer { sender = nil }
        return sender
    }

    fileprivate mutating func takeReceiver() -> CheckedContinuation<[UInt8]?, any Error>? {
        defer { receiver = nil }
        return receiver
    }
}

extension PieceChannel {
    /// Lets `read` work in a task of its own while `feed` brings the pieces.
    ///
    /// The result is the reader's, unless the pieces were at fault. A reader that ends early does not keep the rest from being fed.
    static func run<Value: Sendable>(
        reading read: @escaping @Sendable (PieceChannel) async throws -> Value,
        feeding feed: (PieceChannel) async throws -> Void
    ) async throws -> Value {
        let channel = PieceChannel()
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask {
                defer { channel.abandon() }
                return try await read(channel)
            }
            do {
                try await feed(channel)
                channel.finish()
            } catch {
                channel.finish(error)
                _ = await group.nextResult()
                throw error
            }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
