/// A connection of one borrower, for commands that block or keep state on the server.
///
/// It is not repaired: after an error other than `server` every further call throws `connectionClosed`.
package actor RedisConnection {
    private nonisolated let executor = SocketExecutor(label: "redis.dedicated")
    private nonisolated let breaker = SocketBreaker()
    private let configuration: RedisConfiguration
    private var connection: HiredisConnection?

    /// Runs on a thread of its own, so that a blocking command holds nobody else.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: RedisConfiguration) {
        self.configuration = configuration
    }

    /// Sends a command and waits for its reply, at most for `timeout` (nil: the configured command timeout).
    ///
    /// For a command that blocks on the server, give its own time and a second more. Cancelling the task ends the wait at once and
    /// the connection with it; an element that the server has popped at that moment is lost unless it was moved (`BLMOVE`).
    /// - Throws: `RedisError`, or `CancellationError`.
    package nonisolated func send(_ command: RedisCommand, timeout: Duration? = nil) async throws -> RedisReply {
        let replies = try await pipeline([command], timeout: timeout)
        guard let reply = replies.first else { throw RedisError(.protocol, "no reply") }
        return try reply.valueOrError()
    }

    /// Sends commands in one piece; refusals come back as `.error`, in place.
    package nonisolated func pipeline(_ commands: [RedisCommand], timeout: Duration? = nil) async throws -> [RedisReply] {
        let bytes = RedisCommand.encode(commands)
        do {
            return try await withTaskCancellationHandler {
                try Task.checkCancellation()
                return try await exchange(bytes, replyCount: commands.count, timeout: timeout)
            } onCancel: {
                breaker.breakSocket()
            }
        } catch let error as RedisError where error.code == .connectionClosed && Task.isCancelled {
            throw CancellationError()
        }
    }

    func open() throws {
        connection = try HiredisConnection(configuration, breaker: breaker)
    }

    func close() {
        connection = nil
    }

    private func exchange(_ bytes: [UInt8], replyCount: Int, timeout: Duration?) throws -> [RedisReply] {
        guard let connection else { throw RedisError(.connectionClosed, "this connection has ended") }
        do {
            try connection.write(bytes)
            return try (0..<replyCount).map { _ in try connection.readReply(timeout: timeout) }
        } catch {
            self.connection = nil
            throw error
        }
    }
}
