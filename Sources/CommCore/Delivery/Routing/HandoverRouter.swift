import FoundationEssentials
import Logging

/// Hands a batch to the first gateway of its routes that takes it.
///
/// Only what a gateway certainly did not take goes on to the next one: an outcome that is not known stays unknown, so that one message
/// never leaves by two ways. What an earlier attempt has done is asked of every gateway that may have been tried.
package struct HandoverRouter: Sendable {
    private let gateways: [String: any Gateway]
    private let routes: any GatewayRoutes
    private let throttle: any MessageThrottle
    private let health: GatewayHealth
    private let pauses: GatewayPauseWatch?
    private let time: any TimeSource

    /// - Parameters:
    ///   - throttle: asked before each hand-over.
    ///   - pauses: gateways that somebody holds back; nil: nobody does.
    package init(
        gateways: [any Gateway],
        routes: any GatewayRoutes,
        throttle: any MessageThrottle = UnlimitedThrottle(),
        health: GatewayHealth = GatewayHealth(),
        pauses: GatewayPauseWatch? = nil,
        time: any TimeSource
    ) {
        self.gateways = Dictionary(gateways.map { ($0.name, $0) }) { first, _ in first }
        self.routes = routes
        self.throttle = throttle
        self.health = health
        self.pauses = pauses
        self.time = time
    }

    /// One gateway for everything.
    package init(_ gateway: any Gateway, pauses: GatewayPauseWatch? = nil, time: any TimeSource) {
        self.init(gateways: [gateway], routes: FixedRoutes([gateway.channel: [gateway.name]]), pauses: pauses, time: time)
    }

    /// Whether any gateway takes more work now.
    package func hasRoom() async throws -> Bool {
        for gateway in gateways.values where try await gateway.hasRoom() { return true }
        return false
    }

    /// Whether what this gateway accepted may still be lost, so that somebody must ask later.
    func needsConfirmation(_ gateway: String) -> Bool {
        gateways[gateway]?.needsConfirmation ?? false
    }

    /// Whether one of the gateways has forgotten what it was handed over since the last call.
    func hasLostMemory(now: Date) async throws -> Bool {
        var lost = false
        for gateway in gateways.values where gateway.needsConfirmation {
            if try await gateway.hasLostMemory(now: now) { lost = true }
        }
        return lost
    }

    /// What the gateways of this channel know of messages that an earlier attempt may have handed over.
    func states(of ids: [UUID], scope: HandoverScope, channel: Channel) async throws -> [UUID: (state: HandoverState, gateway: String)] {
        var states: [UUID: (state: HandoverState, gateway: String)] = [:]
        for gateway in gateways.values where gateway.channel == channel {
            // Taken by one counts more than begun with another.
            for (id, state) in try await gateway.states(of: ids, scope: scope) where states[id] == nil || state == .taken {
                states[id] = (state, gateway.name)
            }
        }
        return states
    }

    /// What one gateway knows of messages.
    func states(of ids: [UUID], scope: HandoverScope, gateway: String) async throws -> [UUID: HandoverState] {
        try await gateways[gateway]?.states(of: ids, scope: scope) ?? [:]
    }

    /// Hands what was lost over to the gateway that had it.
    func handOverAgain(_ batch: HandoverBatch, gateway: String) async throws {
        _ = try await gateways[gateway]?.handOver(batch)
    }

    /// Hands a batch over.
    ///
    /// - Returns: what became of each message, in their order; never ``Disposition/declined(until:reason:)``.
    /// - Throws: `GatewayOutage` when no gateway took anything; ``GatewaysPaused``; other errors when a store is away.
    func handOver(_ batch: HandoverBatch) async throws -> [HandoverOutcome] {
        let plan = try await plan(for: batch.envelope)
        if let closed = plan.closed {
            return batch.messages.map { _ in HandoverOutcome(.deferred(until: closed.until, reason: closed.reason)) }
        }
        let names = try await open(plan.gateways, tenantID: batch.envelope.tenantID)
        guard !names.isEmpty else {
            let reason = "configuration: no gateway for \(batch.envelope.channel.rawValue)"
            // Whoever asked for one gateway gets it or nothing; routes that name none of those that are set up are set right by somebody.
            if batch.envelope.gateway != nil { return batch.messages.map { _ in HandoverOutcome(.failed(reason: reason)) } }
            let later = time.now.addingTimeInterval(Self.misconfigured)
            return batch.messages.map { _ in HandoverOutcome(.deferred(until: later, reason: reason)) }
        }
        var outcomes: [HandoverOutcome?] = Array(repeating: nil, count: batch.messages.count)
        var outage: GatewayOutage?
        for name in names {
            guard let gateway = gateways[name] else { continue }
            let open = outcomes.indices.filter { outcomes[$0].map { $0.disposition.isDeclined } ?? true }
            guard !open.isEmpty else { break }
            do {
                for (place, outcome) in zip(open, try await attempt(batch.with(open.map { batch.messages[$0] }), at: gateway)) {
                    outcomes[place] = outcome
                }
            } catch let error as GatewayOutage {
                outage = outage ?? error
            }
        }
        if outcomes.allSatisfy({ $0 == nil }), let outage { throw outage }
        let later = time.now.addingTimeInterval(Self.pause)
        return outcomes.map { outcome in
            guard let outcome else {
                return HandoverOutcome(.deferred(until: outage?.until ?? later, reason: outage?.description ?? "no gateway"))
            }
            guard case .declined(let until, let reason) = outcome.disposition else { return outcome }
            return HandoverOutcome(.deferred(until: until, reason: reason), gateway: outcome.gateway)
        }
    }

    /// How long a message waits that no gateway took and none told when (seconds).
    private static let pause: TimeInterval = 5
    /// How long one waits for which no gateway is set up (seconds).
    private static let misconfigured: TimeInterval = 60

    private func plan(for envelope: MessageEnvelope) async throws -> RoutePlan {
        if let wanted = envelope.gateway { return RoutePlan(gateways[wanted]?.channel == envelope.channel ? [wanted] : []) }
        var plan = try await routes.plan(for: envelope)
        plan.gateways = health.order(plan.gateways.filter { gateways[$0]?.channel == envelope.channel }, now: time.now)
        return plan
    }

    /// Those that nobody holds back.
    ///
    /// - Throws: ``GatewaysPaused`` when none is left.
    private func open(_ names: [String], tenantID: UUID) async throws -> [String] {
        guard let paused = await pauses?.current else { return names }
        let open = names.filter { !paused.holds($0, tenantID: tenantID) }
        if open.isEmpty, !names.isEmpty { throw GatewaysPaused(names: names, until: time.now.addingTimeInterval(GatewaysPaused.look)) }
        return open
    }

    private func attempt(_ batch: HandoverBatch, at gateway: any Gateway) async throws -> [HandoverOutcome] {
        let subject = ThrottleSubject(
            tenantID: batch.envelope.tenantID,
            campaignID: batch.envelope.campaignID,
            channel: batch.envelope.channel,
            gateway: gateway.name,
            priority: batch.envelope.priority
        )
        let refusals = await throttle.admit(batch.messages.map(\.recipient), of: subject, now: time.now)
        let admitted = batch.messages.indices.filter { refusals[$0] == nil }
        var outcomes = batch.messages.indices.map { index in
            refusals[index].map { HandoverOutcome(.deferred(until: $0.until, reason: $0.reason), gateway: gateway.name) }
        }
        if !admitted.isEmpty {
            let messages = admitted.map { batch.messages[$0] }
            let dispositions = try await observed(batch.with(messages), at: gateway)
            for (place, disposition) in zip(admitted, dispositions) {
                outcomes[place] = HandoverOutcome(soon(disposition, of: batch.envelope), gateway: gateway.name)
            }
        }
        return outcomes.map { $0 ?? HandoverOutcome(.deferred(until: time.now, reason: "not tried")) }
    }

    /// What is urgent is tried again sooner than its gateway thinks.
    private func soon(_ disposition: Disposition, of envelope: MessageEnvelope) -> Disposition {
        guard envelope.origin.requestID != nil else { return disposition }
        let latest = time.now.addingTimeInterval(RetryPolicy.of(envelope.priority).longest)
        switch disposition {
        case .deferred(let until, let reason): return .deferred(until: min(until, latest), reason: reason)
        case .declined(let until, let reason): return .declined(until: min(until, latest), reason: reason)
        case .sent, .suppressed, .skipped, .failed, .unknown: return disposition
        }
    }

    /// Lets the throttle hear what the gateway answered, be it to messages or, when it took nothing, altogether.
    private func observed(_ batch: HandoverBatch, at gateway: any Gateway) async throws -> [Disposition] {
        do {
            let dispositions = try await measured(batch, at: gateway)
            let replies = GatewayReply.all(of: batch.messages, dispositions)
            await throttle.observe(replies, of: gateway.name, channel: gateway.channel, now: time.now)
            return dispositions
        } catch let outage as GatewayOutage {
            if !outage.isRecalled {
                await throttle.observe([GatewayReply(outage)], of: gateway.name, channel: gateway.channel, now: time.now)
            }
            throw outage
        }
    }

    /// Notes how the gateway did, for its health.
    private func measured(_ batch: HandoverBatch, at gateway: any Gateway) async throws -> [Disposition] {
        let begin = time.now
        do {
            let dispositions = try await gateway.handOver(batch)
            await routes.sent(dispositions.count { $0 == .sent }, by: gateway.name, for: batch.envelope)
            health.note(dispositions, of: gateway.name, seconds: time.now.timeIntervalSince(begin), now: time.now)
            return dispositions
        } catch {
            if !(error is CancellationError) { health.noteOutage(of: gateway.name, now: time.now) }
            throw error
        }
    }
}

extension Disposition {
    fileprivate var isDeclined: Bool {
        if case .declined = self { true } else { false }
    }
}

extension GatewayReply {
    /// What was said when nothing was taken.
    fileprivate init(_ outage: GatewayOutage) {
        self.init(recipient: "", kind: .deferred, text: outage.description)
    }

    /// What was said to each message; what ended a whole round was said once, however many messages it kept back, and to nobody's account.
    fileprivate static func all(of messages: [OutgoingMessage], _ dispositions: [Disposition]) -> [GatewayReply] {
        var ended: Set<String> = []
        return zip(messages, dispositions).compactMap { message, disposition in
            if case .declined(_, let reason) = disposition, !ended.insert(reason).inserted { return nil }
            return GatewayReply(message.recipient, disposition)
        }
    }

    /// Nil for what says nothing about the gateway.
    fileprivate init?(_ recipient: String, _ disposition: Disposition) {
        switch disposition {
        case .sent: self.init(recipient: recipient, kind: .accepted, text: "")
        case .deferred(_, let reason): self.init(recipient: recipient, kind: .deferred, text: reason)
        case .declined(_, let reason): self.init(recipient: "", kind: .deferred, text: reason)
        case .failed(let reason): self.init(recipient: recipient, kind: .refused, text: reason)
        case .unknown(let reason): self.init(recipient: recipient, kind: .unknown, text: reason)
        case .suppressed, .skipped: return nil
        }
    }
}
