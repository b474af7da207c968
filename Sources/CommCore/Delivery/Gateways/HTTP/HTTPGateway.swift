import FoundationEssentials
import Logging
import Metrics

/// Hands messages to a delivery service over HTTP, one request each, a few at once.
///
/// Mails, text messages and pushes go the same way; a ``MessageProvider`` says what is its own. None of these services knows a message
/// again. So each message is marked in ``HandoverMemory`` before its request and after its answer: a crash leaves messages whose outcome
/// is unknown, never a second message. A time-out or a broken answer is unknown likewise, and becomes known when the provider reports on
/// the message.
package struct HTTPGateway: Gateway {
    package let name: String
    package let needsConfirmation = false
    package var channel: Channel { provider.channel }

    private let provider: any MessageProvider
    private let exchange: HTTPExchange
    private let connections: Int
    private let memory: HandoverMemory?
    private let breaker = OutageBreaker()
    private let time: any TimeSource
    private let faults: FaultPoints
    private let logger: Logger

    init(
        provider: any MessageProvider,
        settings: HTTPGatewaySettings,
        memory: HandoverMemory?,
        time: any TimeSource,
        faults: FaultPoints,
        logger: Logger
    ) {
        name = provider.name
        self.provider = provider
        exchange = HTTPExchange(connections: settings.connections, timeout: settings.timeout)
        connections = settings.connections
        self.memory = memory
        self.time = time
        self.faults = faults
        self.logger = logger
    }

    /// The gateway of a configured provider.
    ///
    /// - Parameter memory: of what went out; without one, an interrupted batch is sent again as a whole.
    package init(
        _ settings: HTTPGatewaySettings,
        memory: HandoverMemory?,
        time: any TimeSource = SystemTime(),
        faults: FaultPoints = .none,
        logger: Logger
    ) {
        let provider: any MessageProvider =
            switch settings.provider {
            case .postal(let postal): PostalProvider(postal)
            case .ses(let ses): SESProvider(ses)
            case .mailgun(let mailgun): MailgunProvider(mailgun)
            case .twilio(let twilio): TwilioProvider(twilio)
            case .fcm(let fcm): FCMProvider(fcm, timeout: settings.timeout)
            }
        self.init(provider: provider, settings: settings, memory: memory, time: time, faults: faults, logger: logger)
    }

    /// Closes the connections, after the messages in hand.
    package func close() async {
        await exchange.close()
        await provider.close()
    }

    /// Not while the provider is in trouble.
    package func hasRoom() async throws -> Bool {
        !breaker.isOpen(now: time.now)
    }

    /// A service that took a message keeps it.
    package func hasLostMemory(now: Date) async throws -> Bool { false }

    package func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] {
        try await memory?.states(of: ids, scope: scope) ?? [:]
    }

    package func handOver(_ batch: HandoverBatch) async throws -> [Disposition] {
        guard !batch.messages.isEmpty else { return [] }
        let admission = breaker.admission(now: time.now)
        if case .refused(let outage) = admission { throw outage.recalled }
        var round = HandoverRound(count: batch.messages.count)
        do {
            if admission == .probe {
                round.note(try await attempt(batch.messages[0], of: batch), at: 0)
                if round.outage == nil { breaker.succeeded() }
            }
            try await sendRest(of: batch, in: &round)
        } catch {
            if admission == .probe { breaker.gaveUp(now: time.now) }
            throw error
        }
        return try settle(round, batch)
    }

    /// Sends as many at once as there are connections, until something stops the round.
    private func sendRest(of batch: HandoverBatch, in round: inout HandoverRound) async throws {
        let first = round.next
        try await withThrowingTaskGroup(of: (Int, HandoverRound.Attempt).self) { group in
            var running = 0
            for index in batch.messages.indices.dropFirst(first) {
                if running == connections, let (done, attempt) = try await group.next() {
                    round.note(attempt, at: done)
                    running -= 1
                }
                guard round.isOpen else { break }
                group.addTask { (index, try await attempt(batch.messages[index], of: batch)) }
                running += 1
            }
            for try await (done, attempt) in group { round.note(attempt, at: done) }
        }
    }

    /// What was not sent waits, or comes again as a whole when nothing was.
    private func settle(_ round: HandoverRound, _ batch: HandoverBatch) throws -> [Disposition] {
        let now = time.now
        var until = now.addingTimeInterval(1)
        if let outage = round.outage {
            var random = SystemRandomNumberGenerator()
            let pause = breaker.failed(outage, now: now, using: &random)
            until = max(until, pause.until)
            if pause.isNew {
                Counter(label: "comm_gateway_outages_total", dimensions: [("gateway", name), ("kind", outage.kind.rawValue)]).increment()
                logger.warning(
                    "the gateway pauses",
                    metadata: ["gateway": "\(name)", "reason": "\(outage)", "until": "\(ISO8601.string(from: pause.until))"]
                )
            }
            if !round.hasDecided { throw outage }
        }
        return round.dispositions(pausedUntil: until, now: now)
    }

    private func attempt(_ message: OutgoingMessage, of batch: HandoverBatch) async throws -> HandoverRound.Attempt {
        // A batch whose lease was lost belongs to another sender.
        try Task.checkCancellation()
        return try await attempt(message, of: batch, by: provider)
    }

    private func attempt<Provider: MessageProvider>(
        _ message: OutgoingMessage,
        of batch: HandoverBatch,
        by provider: Provider
    ) async throws -> HandoverRound.Attempt {
        let item: Provider.Item
        do {
            item = try provider.item(message, of: batch, at: time.now)
        } catch {
            return .decided(.failed(reason: "\(error)"))
        }
        try await memory?.begin(message.id, scope: batch.scope)
        try await faults.hit("gateway.before")
        let verdict = await verdict(on: item, by: provider)
        try await faults.hit("gateway.after")
        Counter(label: "comm_gateway_answers_total", dimensions: [("gateway", name), ("verdict", verdict.word)]).increment()
        await remember(verdict, of: message, batch.scope)
        return HandoverRound.Attempt(verdict)
    }

    private func verdict<Provider: MessageProvider>(on item: Provider.Item, by provider: Provider) async -> ProviderVerdict {
        var objection = ""
        for _ in 1...2 {
            let request: ProviderRequest
            do {
                request = try await provider.request(for: item, at: time.now)
            } catch {
                return .away(error)
            }
            switch await exchange.send(request) {
            case .notSent(let reason): return .away(GatewayOutage(kind: .away, reason: reason))
            case .lost(let reason): return .unknown(reason: reason)
            case .answered(let answer):
                let verdict = await provider.verdict(on: answer, to: item, at: time.now)
                guard case .corrected(let reason) = verdict else { return verdict }
                objection = reason
            }
        }
        return .away(GatewayOutage(kind: .configuration, reason: objection))
    }

    /// The message has its outcome: that it cannot be remembered must not make it look otherwise.
    private func remember(_ verdict: ProviderVerdict, of message: OutgoingMessage, _ scope: HandoverScope) async {
        do {
            switch verdict {
            case .accepted: try await memory?.accepted(message.id, scope: scope)
            case .unknown: break
            case .refused, .senderRefused, .away, .later, .corrected: try await memory?.forget(message.id, scope: scope)
            }
        } catch {
            logger.warning("an outcome cannot be remembered", metadata: ["MESSAGE_ID": "\(message.id)", "error": "\(error)"])
        }
    }
}

extension ProviderVerdict {
    /// The value of the metric's dimension.
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .senderRefused: "sender_refused"
        case .away: "away"
        case .unknown: "unknown"
        case .later: "later"
        case .corrected: "corrected"
        }
    }
}
