/// Runs `body`, and fails if it takes longer than the timeout.
///
/// - Throws: `TestFailure` after the timeout; what `body` throws.
package func withTimeout<R: Sendable>(
    _ timeout: Duration = .seconds(10),
    _ what: String = "the operation",
    _ body: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: timeout)
            throw TestFailure("\(what) took longer than \(timeout)")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TestFailure("\(what) was not started") }
        return first
    }
}

/// Looks again and again until a condition holds: for facts that announce themselves to nobody.
///
/// - Throws: `TestFailure` after the timeout; what the condition throws.
package func waitUntil(
    timeout: Duration = .seconds(10),
    interval: Duration = .milliseconds(10),
    _ what: String,
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + timeout
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestFailure("not within \(timeout): \(what)") }
        try await Task.sleep(for: interval)
    }
}
