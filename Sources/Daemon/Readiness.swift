/// Whether the daemon may work: its stores answer and the schema is the one it knows.
package actor Readiness {
    private var isReady = false
    private var reason = "starting"
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init() {}

    /// The present state; `reason` says what is missing.
    package var state: (isReady: Bool, reason: String) { (isReady, reason) }

    /// Returns once the daemon may work.
    package func whenReady() async {
        if isReady { return }
        await withCheckedContinuation { waiting.append($0) }
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
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
