import FoundationEssentials
import Logging
import SMTP

/// Hands messages to an SMTP server, over a few connections at once.
///
/// SMTP has no key by which a server would know a message again. So each accepted id is remembered at once, before the batch is recorded:
/// a crash can repeat at most the one message per connection whose answer was on its way.
package struct SMTPGateway: Gateway {
    package let name = "smtp"
    package let needsConfirmation = false

    private let pool: SMTPConnectionPool
    private let connections: Int
    private let memory: HandoverMemory?
    private let returnPath: ReturnPath?
    private let time: any TimeSource
    private let faults: FaultPoints
    private let logger: Logger

    /// - Parameters:
    ///   - connections: messages on their way at once.
    ///   - memory: of accepted ids; without one, an interrupted batch is sent again as a whole.
    ///   - returnPath: where bounces go; without one, to the sender's address.
    package init(
        settings: SMTPGatewaySettings,
        connections: Int = 8,
        memory: HandoverMemory? = nil,
        returnPath: ReturnPath? = nil,
        time: any TimeSource = SystemTime(),
        faults: FaultPoints = .none,
        logger: Logger
    ) {
        var limits = SMTPConnectionPool.Limits()
        limits.connections = connections
        pool = SMTPConnectionPool(
            SMTPConfiguration(settings, clientName: ProcessInfo.processInfo.hostName),
            limits: limits,
            logger: logger
        )
        self.connections = connections
        self.memory = memory
        self.returnPath = returnPath
        self.time = time
        self.faults = faults
        self.logger = logger
    }

    /// Closes the connections, after the messages in hand.
    package func close() async {
        await pool.close()
    }

    package func hasRoom() async throws -> Bool { true }

    /// A server that took a message keeps it.
    package func hasLostMemory(now: Date) async throws -> Bool { false }

    package func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] {
        try await memory?.states(of: ids, scope: scope) ?? [:]
    }

    package func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        let attempts = try await sendAll(batch)
        // Nothing was sent: the batch stays as it is and comes again.
        if attempts.allSatisfy({ $0.absence != nil }), let error = attempts.first?.absence {
            throw GatewayOutage(kind: .away, reason: error.message)
        }
        let now = time.now
        return zip(batch.messages, attempts).map { message, attempt in
            switch attempt {
            case .decided(let disposition): disposition
            case .away(let error): .declined(until: SMTPBackoff.next(message.id, now: now), reason: error.message)
            }
        }
    }

    /// What came of one message: a decision, or nothing because the server is away.
    private enum Attempt: Sendable {
        case decided(Disposition)
        case away(SMTPError)

        var absence: SMTPError? {
            if case .away(let error) = self { error } else { nil }
        }
    }

    /// Sends as many at once as there are connections; after the first sign that the server is away, nothing more is tried.
    private func sendAll(_ batch: HandoverBatch) async throws -> [Attempt] {
        let writer = MailWriter(batch)
        return try await withThrowingTaskGroup(of: (Int, Attempt).self) { group in
            var attempts: [Attempt?] = Array(repeating: nil, count: batch.messages.count)
            var absence: SMTPError?
            for (index, message) in batch.messages.enumerated() {
                if index >= connections, let (done, attempt) = try await group.next() {
                    attempts[done] = attempt
                    absence = absence ?? attempt.absence
                }
                guard absence == nil else { break }
                group.addTask { (index, try await send(message, writer: writer, scope: batch.scope)) }
            }
            for try await (done, attempt) in group {
                attempts[done] = attempt
                absence = absence ?? attempt.absence
            }
            let unsent = absence ?? SMTPError(.shutDown, "the batch was cut short")
            return attempts.map { $0 ?? .away(unsent) }
        }
    }

    private func send(_ message: OutgoingMessage, writer: MailWriter, scope: HandoverScope) async throws -> Attempt {
        // A batch whose lease was lost belongs to another sender.
        try Task.checkCancellation()
        let mail: SMTPMessage
        do {
            mail = try writer.write(message, at: time.now, returnPath: returnPath)
        } catch {
            return .decided(.failed(reason: "\(error)"))
        }
        try await faults.hit("smtp.before")
        let outcome = await pool.send(mail)[0]
        try await faults.hit("smtp.after")
        let attempt = attempt(message, outcome)
        if case .decided(.sent) = attempt { await remember(message, scope) }
        return attempt
    }

    /// The message has been sent: that it cannot be remembered must not make it look otherwise.
    private func remember(_ message: OutgoingMessage, _ scope: HandoverScope) async {
        do {
            try await memory?.accepted(message.id, scope: scope)
        } catch {
            logger.warning("A message that was sent cannot be remembered", metadata: ["MESSAGE_ID": "\(message.id)", "error": "\(error)"])
        }
    }

    private func attempt(_ message: OutgoingMessage, _ outcome: SMTPOutcome) -> Attempt {
        switch outcome {
        case .accepted: .decided(.sent)
        case .rejected(let reply): .decided(.failed(reason: Self.reason(reply)))
        case .deferred(let reply):
            .decided(.deferred(until: SMTPBackoff.next(message.id, now: time.now), reason: Self.reason(reply)))
        case .unknown(let error): .decided(.unknown(reason: error.message))
        case .notSent(let error) where error.concernsMessage: .decided(.failed(reason: error.message))
        case .notSent(let error): .away(error)
        }
    }

    private static func reason(_ reply: SMTPReply) -> String {
        String(reply.description.prefix(500))
    }
}

extension SMTPError {
    /// Whether the message is at fault; everything else is a matter of server or configuration and must not use recipients up.
    fileprivate var concernsMessage: Bool {
        switch code {
        case .invalidMessage, .messageTooLarge, .extensionMissing: true
        default: false
        }
    }
}
