import NIOCore
import NIOPosix

/// One connection to a server that takes messages one after the other.
package final class SMTPConnection: Sendable {
    private let channel: any Channel

    private init(channel: any Channel) {
        self.channel = channel
    }

    /// Connects, sets up TLS and authenticates.
    ///
    /// - Parameter idleTimeout: after so long without a message the connection says goodbye.
    /// - Throws: `SMTPError`.
    package static func connect(
        _ configuration: SMTPConfiguration,
        idleTimeout: Duration = .seconds(60),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws(SMTPError) -> SMTPConnection {
        try await connect(SMTPConnector(configuration, idleTimeout: idleTimeout, group: group))
    }

    static func connect(_ connector: SMTPConnector) async throws(SMTPError) -> SMTPConnection {
        SMTPConnection(channel: try await connector.connect())
    }

    /// Whether the connection may still take a message.
    package var isOpen: Bool { channel.isActive }

    /// Hands a message over and waits for the answers; never throws, as each outcome is one to record.
    ///
    /// One message at a time: a second one that is given meanwhile is `notSent`. Cancellation does not interrupt it, since an answer that is
    /// not waited for is an outcome that is not known; the timeouts bound the wait.
    /// - Returns: one outcome for each recipient, in their order.
    package func send(_ message: SMTPMessage) async -> [SMTPOutcome] {
        let promise = channel.eventLoop.makePromise(of: [SMTPOutcome].self)
        channel.write(SMTPSubmission(message: message, promise: promise)).whenFailure { error in
            // The handler is gone with its channel, so that nobody has seen the message.
            promise.succeed(message.notSent(SMTPError(.connectionClosed, "\(error)")))
        }
        do {
            return try await promise.futureResult.get()
        } catch {
            return message.recipients.map { _ in .unknown(SMTPError(.connectionClosed, "\(error)")) }
        }
    }

    /// Says goodbye and closes; a message in hand is given up, as unknown if it was handed over.
    package func close() async {
        startClosing()
        // The close future never fails.
        try? await channel.closeFuture.get()
    }

    /// Says goodbye without waiting for the end.
    func startClosing() {
        channel.triggerUserOutboundEvent(SMTPQuitEvent(), promise: nil)
    }
}
