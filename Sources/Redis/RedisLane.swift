import Dispatch
import Logging
import Synchronization

/// One connection shared by many tasks: whatever they ask for at the same time is written together and read in order.
actor RedisLane {
    private nonisolated let executor: SocketExecutor
    private nonisolated let submissions = SubmissionQueue()
    private nonisolated let nextID = Atomic<UInt64>(0)
    private nonisolated let breaker = SocketBreaker()
    private let configuration: RedisConfiguration
    private let logger: Logger

    private var connection: HiredisConnection?
    private var failuresInARow = 0
    private var nextAttempt = ContinuousClock.now

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: RedisConfiguration, label: String, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        self.executor = SocketExecutor(label: label)
    }

    /// Sends commands in one piece and waits for all replies.
    ///
    /// A caller that is cancelled before its commands were written takes them back; after that it waits for the outcome.
    nonisolated func exchange(_ commands: [RedisCommand]) async throws -> [RedisReply] {
        let bytes = RedisCommand.encode(commands)
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(Submission(id: id, bytes: bytes, replyCount: commands.count, continuation: continuation))
                if Task.isCancelled { takeBack(id) }
            }
        } onCancel: {
            takeBack(id)
        }
    }

    /// Fails what waits, cuts what runs, and closes the connection.
    nonisolated func close() async {
        for submission in submissions.close() {
            submission.continuation.resume(throwing: Self.closed)
        }
        breaker.breakSocket()
        await disconnect()
    }

    private static let closed = RedisError(.connectionClosed, "the client is closed")

    private nonisolated func submit(_ submission: Submission) {
        switch submissions.append(submission) {
        case .queued: break
        case .refused: submission.continuation.resume(throwing: Self.closed)
        case .wakeLane:
            executor.queue.async { self.assumeIsolated { $0.drain() } }
        }
    }

    private nonisolated func takeBack(_ id: UInt64) {
        submissions.remove(id: id)?.continuation.resume(throwing: CancellationError())
    }

    private func disconnect() {
        connection = nil
    }

    private func drain() {
        while true {
            let group = submissions.takeGroup()
            if group.isEmpty { return }
            serve(group)
        }
    }

    private func serve(_ group: [Submission]) {
        var unanswered = group[...]
        do {
            let connection = try readyConnection()
            try connection.write(Self.bytes(of: group))
            while let submission = unanswered.first {
                let replies = try (0..<submission.replyCount).map { _ in try connection.readReply() }
                unanswered.removeFirst()
                submission.continuation.resume(returning: replies)
            }
        } catch {
            if connection != nil {
                connection = nil
                logger.warning("redis connection lost", metadata: ["error": "\(error)", "unanswered": "\(unanswered.count)"])
            }
            for submission in unanswered {
                submission.continuation.resume(throwing: error)
            }
        }
    }

    private static func bytes(of group: [Submission]) -> [UInt8] {
        guard group.count > 1 else { return group.first?.bytes ?? [] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(group.reduce(0) { $0 + $1.bytes.count })
        for submission in group {
            bytes += submission.bytes
        }
        return bytes
    }

    /// The connection, made anew when there is none; fails at once while the pause after a failure lasts.
    private func readyConnection() throws -> HiredisConnection {
        if let connection, !connection.isStale { return connection }
        connection = nil
        guard ContinuousClock.now >= nextAttempt else {
            throw RedisError(.connectionFailed, "\(configuration) is away; the next attempt to connect is due in a moment")
        }
        do {
            let made = try HiredisConnection(configuration, breaker: breaker)
            connection = made
            noteConnected()
            return made
        } catch {
            noteFailure(error)
            throw Self.asConnectFailure(error)
        }
    }

    private func noteConnected() {
        if failuresInARow > 0 {
            logger.notice("redis connected again", metadata: ["server": "\(configuration)", "attempts": "\(failuresInARow + 1)"])
        }
        failuresInARow = 0
    }

    private func noteFailure(_ error: any Error) {
        failuresInARow += 1
        var generator = SystemRandomNumberGenerator()
        nextAttempt = .now + configuration.backoff.delay(afterFailures: failuresInARow, using: &generator)
        // Only the first failure of a row: an outage of an hour is one line, not thousands.
        if failuresInARow == 1 {
            logger.warning("redis connection failed", metadata: ["server": "\(configuration)", "error": "\(error)"])
        }
    }

    /// Whatever cut the introduction, no command of a caller was sent.
    private static func asConnectFailure(_ error: any Error) -> any Error {
        guard let error = error as? RedisError, error.code == .timeout || error.code == .connectionClosed else { return error }
        return RedisError(.connectionFailed, error.message)
    }
}
