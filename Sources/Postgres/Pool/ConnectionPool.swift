import Dispatch
import Logging
import Synchronization

/// Lends connections: opens them when they are first needed, replaces broken ones, lets borrowers wait in order of arrival.
final class ConnectionPool: Sendable {
    /// What a borrower gets: a connection, or nil for the right to open one.
    private typealias Waiter = CheckedContinuation<PostgresConnection?, any Error>

    private struct State {
        var pool: PoolState<PostgresConnection, Waiter>
        var nextIdentifier = 0
        /// Consecutive failures to open a connection, and the last reason.
        var failures = 0
        var lastFailure: String?
        /// Whether a timer runs for the borrower that waits longest; later ones have later deadlines.
        var isExpiryScheduled = false
    }

    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let state: Mutex<State>

    init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(State(pool: PoolState(limit: configuration.poolSize)))
    }

    var status: PostgresPoolStatus {
        state.withLock { PostgresPoolStatus(open: $0.pool.open, idle: $0.pool.idle.count, waiting: $0.pool.waiting) }
    }

    /// Takes a connection, waiting for one at most the borrow timeout.
    ///
    /// Each must be given back once.
    func borrow() async throws -> PostgresConnection {
        let deadline = ContinuousClock.now + configuration.borrowTimeout
        if let connection = try await acquire(deadline) {
            if connection.looksAlive { return connection }
            await connection.close()
        }
        do { return try await open(until: deadline) } catch {
            giveUpSlot()
            throw error
        }
    }

    /// Returns a connection; one that is broken, in a transaction or in the middle of something is closed instead.
    func giveBack(_ connection: PostgresConnection) async {
        guard connection.isReusable else {
            await connection.close()
            return giveUpSlot()
        }
        let (waiter, isClosed) = state.withLock { ($0.pool.giveBack(connection), $0.pool.isClosed) }
        if let waiter { return waiter.resume(returning: connection) }
        if isClosed { await connection.close() }
    }

    /// Closes idle connections that the server has ended.
    func discardDead() async {
        let dead = state.withLock { $0.pool.removeIdle { !$0.looksAlive } }
        for connection in dead { await connection.close() }
    }

    /// Closes the idle connections now and the others as they come back; nobody can borrow any more.
    func close() async {
        let (connections, waiters) = state.withLock { $0.pool.close() }
        for waiter in waiters { waiter.resume(throwing: Self.closed) }
        for connection in connections { await connection.close() }
    }

    private static var closed: PostgresError { PostgresError(.connectionClosed, "the pool is closed") }

    private func giveUpSlot() {
        state.withLock { $0.pool.giveUpSlot() }?.resume(returning: nil)
    }

    /// Returns an idle connection, or nil with the right to open one.
    private func acquire(_ deadline: ContinuousClock.Instant) async throws -> PostgresConnection? {
        let identifier = state.withLock { state in
            state.nextIdentifier += 1
            return state.nextIdentifier
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { acquire(deadline, identifier, $0) }
        } onCancel: {
            state.withLock { $0.pool.withdraw(identifier) }?.resume(throwing: Self.cancelled)
        }
    }

    private static var cancelled: PostgresError { PostgresError(.cancelled, "the task was cancelled") }

    private func acquire(_ deadline: ContinuousClock.Instant, _ identifier: Int, _ continuation: Waiter) {
        let answer = state.withLock { state -> Result<PostgresConnection?, PostgresError>? in
            // Checked under the lock: a cancellation from now on finds the waiter in the queue.
            guard !Task.isCancelled else { return .failure(Self.cancelled) }
            switch state.pool.acquire() {
            case .granted(.connection(let connection)): return .success(connection)
            case .granted(.slot): return .success(nil)
            case .closed: return .failure(Self.closed)
            case .mustWait:
                state.pool.enqueue(continuation, identifier: identifier, deadline: deadline)
                if !state.isExpiryScheduled { scheduleExpiry(deadline) }
                state.isExpiryScheduled = true
                return nil
            }
        }
        if let answer { continuation.resume(with: answer) }
    }

    private func scheduleExpiry(_ deadline: ContinuousClock.Instant) {
        let delay = max(.zero, deadline - ContinuousClock.now).components
        let nanoseconds = Int(delay.seconds) * 1_000_000_000 + Int(delay.attoseconds / 1_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { self.expire() }
    }

    /// Fails the borrowers that have waited too long.
    private func expire() {
        let (expired, reason) = state.withLock { state in
            let (expired, next) = state.pool.expire(now: .now)
            if let next { scheduleExpiry(next) }
            state.isExpiryScheduled = next != nil
            return (expired, state.lastFailure)
        }
        let error =
            if let reason {
                PostgresError(.connectionFailed, reason)
            } else {
                PostgresError(.poolTimeout, "all \(configuration.poolSize) connections were in use for \(configuration.borrowTimeout)")
            }
        for waiter in expired { waiter.resume(throwing: error) }
    }

    /// Opens a connection, trying again while the server cannot be reached and there is time.
    private func open(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        var attempt = 0
        while true {
            do {
                let connection = try await PostgresConnection.connect(configuration)
                noteSuccess()
                return connection
            } catch let error as PostgresError where error.isTransient {
                attempt += 1
                noteFailure(error)
                var generator = SystemRandomNumberGenerator()
                let delay = Backoff.delay(attempt: attempt, using: &generator)
                guard ContinuousClock.now + delay < deadline else { throw error }
                do { try await Task.sleep(for: delay) } catch { throw Self.cancelled }
            }
        }
    }

    private func noteFailure(_ error: PostgresError) {
        let isFirst = state.withLock { state in
            state.failures += 1
            state.lastFailure = error.message
            return state.failures == 1
        }
        if isFirst { logger.warning("PostgreSQL cannot be reached", metadata: ["reason": "\(error)"]) }
    }

    private func noteSuccess() {
        let failures = state.withLock { state in
            defer { (state.failures, state.lastFailure) = (0, nil) }
            return state.failures
        }
        if failures > 0 { logger.notice("PostgreSQL can be reached again", metadata: ["failures": "\(failures)"]) }
    }
}
