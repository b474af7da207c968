package import Logging
import ServiceLifecycle

/// Listens to channels on a connection of its own, and reconnects with backoff.
///
/// Notifications are hints: when nobody reads, only the newest 1,024 are kept, and what was sent while the connection was
/// down is lost. After every (re)connect each channel therefore yields one with `isReconnect`.
package final class PostgresListener: Service, Sendable {
    /// What arrives, for one reader; it ends when the listener stops.
    package let notifications: AsyncStream<PostgresNotification>
    private let continuation: AsyncStream<PostgresNotification>.Continuation
    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let logger: Logger

    package init(configuration: PostgresConfiguration, channels: [String], logger: Logger) {
        var configuration = configuration
        // Silence is normal here.
        configuration.statementTimeout = nil
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
        (notifications, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
    }

    /// Listens until shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.listenUntilCancelled() }
        continuation.finish()
    }

    private func listenUntilCancelled() async {
        var generator = SystemRandomNumberGenerator()
        var attempt = 0
        while !Task.isCancelled {
            do {
                let connection = try await PostgresConnection.connect(configuration)
                let error = await listen(on: connection) { attempt = 0 }
                await connection.close()
                throw error
            } catch {
                guard !Task.isCancelled else { return }
                attempt += 1
                if attempt == 1 { logger.warning("the listener lost PostgreSQL", metadata: ["reason": "\(error)"]) }
                do { try await Task.sleep(for: Backoff.delay(attempt: attempt, using: &generator)) } catch { return }
            }
        }
    }

    /// Passes notifications on until the connection fails; returns why it did.
    private func listen(on connection: PostgresConnection, started: () -> Void) async -> any Error {
        do {
            let commands = channels.map { "LISTEN \(SQL.quoted(identifier: $0))" }
            try await connection.executeScript(commands.joined(separator: ";"))
            started()
            for channel in channels {
                continuation.yield(PostgresNotification(channel: channel, payload: "", isReconnect: true))
            }
            while true {
                for notification in try await connection.notifications() {
                    continuation.yield(notification)
                }
            }
        } catch {
            return error
        }
    }
}
