/// Hears from the server when something comes into a folder (IDLE, RFC 2177), over a connection of its own.
///
/// libcurl makes the connection, with its checks and its login; the few lines from there on are exchanged by hand.
package actor IMAPWatch {
    private nonisolated let executor = ConnectionExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let configuration: IMAPConfiguration
    private nonisolated let brake = CurlHandle.Brake()
    private var connection: IdleConnection?

    package init(_ configuration: IMAPConfiguration) {
        self.configuration = configuration
    }

    /// Connects and opens the folder, if there is no connection.
    ///
    /// - Throws: ``IMAPError``; `unsupported` when the server has no IDLE.
    package func open() async throws {
        guard connection == nil else { return }
        connection = try await cancellable { try IdleConnection(configuration, brake: brake) }
    }

    /// Waits until something comes.
    ///
    /// - Parameter longest: servers end connections that say nothing for 30 minutes.
    /// - Returns: false when the time is over.
    /// - Throws: ``IMAPError``; then the connection is gone.
    package func wait(upTo longest: Duration) async throws -> Bool {
        guard let connection else { throw IMAPError(.unreachable, "there is no connection") }
        do {
            return try await cancellable { try connection.idle(upTo: longest) }
        } catch {
            self.connection = nil
            throw error
        }
    }

    private func cancellable<R>(_ body: () throws -> R) async throws -> R {
        brake.release()
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try body()
        } onCancel: {
            brake.pull()
        }
    }

    /// Ends the connection.
    package func close() {
        connection = nil
    }
}
