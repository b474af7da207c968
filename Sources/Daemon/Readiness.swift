/// Whether the daemon may work: its stores answer and the schema is the one it knows.
package actor Readiness {
    private var isReady = false
    private var reason = "starting"
    private var waiting: [AsyncStream<Void>.Continuation] = []

    package init() {}

    /// The present state; `reason` says what is missing.
    package var state: (isReady: Bool, reason: String) { (isReady, reason) }

    /// Returns once the daemon may work, or when the waiting task is cancelled: a daemon that refuses to run must not hang.
    package func whenReady() async {
        if isReady { return }
        let (gate, opening) = AsyncStream<Void>.makeStream()
        waiting.append(opening)
        for await _ in gate {}
    }

    /// Lets everything that waits begin.
    func markReady() {
        isReady = true
        reason = "ready"
        release()
    }

    /// Says why it is not ready (yet, or again).
    func markWaiting(_ reason: String) {
        isReady = false
        self.reason = reason
    }

    /// Lets waiters go at shutdown; they look at the group's state themselves.
    func release() {
        for opening in waiting { opening.finish() }
        waiting = []
    }
}
