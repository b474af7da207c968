import NIOCore

/// Who waits for a click to be kept.
protocol ClickAnswer: Sendable {
    /// Where the waiting one lives; answers of one loop are given together.
    var eventLoop: (any EventLoop)? { get }

    /// Gives the answer; called on the event loop, if there is one.
    func give()
}

/// A task that waits.
struct WaitingTask: ClickAnswer {
    let continuation: CheckedContinuation<Void, Never>

    var eventLoop: (any EventLoop)? { nil }

    func give() {
        continuation.resume()
    }
}
