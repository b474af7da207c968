import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A bounded number of connections to one server, made when needed and used again.
package final class SMTPConnectionPool: Sendable {
    /// How many connections, and how long each lives.
    package struct Limits: Sendable {
        /// Connections at once.
        package var connections = 4
        /// Messages after which a connection is closed; some servers count.
        package var messagesPerConnection = 1_000
        /// After so long without a message a connection says goodbye.
        package var idleTimeout = Duration.seconds(30)

        package init() {}
    }

    private let connector: SMTPConnector
    private let limits: Limits
    private let logger: Logger
    private let slots: SMTPSlots
    private let idle = Mutex<[Member]>([])

    private struct Member: Sendable {
        let connection: SMTPConnection
        var messages = 0
    }

    /// A pool that connects when the first message comes.
    package init(
        _ configuration: SMTPConfiguration,
        limits: Limits = Limits(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger
    ) {
        connector = SMTPConnector(configuration, idleTimeout: limits.idleTimeout, group: group)
        slots = SMTPSlots(count: max(1, limits.connections))
        self.limits = limits
        self.logger = logger
    }

    /// Hands a message over by a free connection, waiting for one when all are in use.
    ///
    /// A connection that turns out to have been closed while it was idle is replaced once, without any risk: the server has not seen the
    /// message. A task that is cancelled while it waits gets `notSent`.
    /// - Returns: one outcome for each recipient, in their order; never throws.
    package func send(_ message: SMTPMessage) async -> [SMTPOutcome] {
        guard await slots.acquire() else { return message.notSent(SMTPError(.shutDown, "the pool takes no more messages")) }
        defer { slots.release() }
        if let member = takeIdle() {
            let outcomes = await member.connection.send(message)
            guard outcomes.allSatisfy(Self.isStale) else {
                keep(member)
                return outcomes
            }
            logger.debug("An idle SMTP connection was gone")
        }
        do throws(SMTPError) {
            let member = Member(connection: try await SMTPConnection.connect(connector))
            let outcomes = await member.connection.send(message)
            keep(member)
            return outcomes
        } catch {
            return message.notSent(error)
        }
    }

    /// Takes no more messages, waits for those in hand, and closes all connections.
    package func close() async {
        await slots.close()
        let members = idle.withLock { members in
            defer { members = [] }
            return members
        }
        for member in members { await member.connection.close() }
    }

    private static func isStale(_ outcome: SMTPOutcome) -> Bool {
        if case .notSent(let error) = outcome { error.code == .connectionClosed } else { false }
    }

    private func takeIdle() -> Member? {
        idle.withLock { members in
            while let member = members.popLast() {
                if member.connection.isOpen { return member }
            }
            return nil
        }
    }

    private func keep(_ used: Member) {
        guard used.connection.isOpen else { return }
        let member = Member(connection: used.connection, messages: used.messages + 1)
        guard member.messages < limits.messagesPerConnection else { return member.connection.startClosing() }
        idle.withLock { $0.append(member) }
    }
}
