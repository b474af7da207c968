import FoundationEssentials
import Logging
import Metrics

/// The outbound pipeline from a claim to its record: check → render → route → throttle → hand over → record.
///
/// Every step can be repeated after a crash without a second message; `docs/message-lifecycle.md` shows the device that makes it so.
package struct Dispatcher: Sendable {
    /// Expired leases after which a chunk is broken into single messages, and after which a single message is given up.
    static let crashesBeforeSplit = 3
    static let crashesBeforeDeath = 3

    let stores: DispatchStores
    let router: HandoverRouter
    let settings: DispatchSettings
    let time: any TimeSource
    private let faults: FaultPoints
    private let repeated = Counter(label: "comm_handover_found_done_total")

    package init(
        stores: DispatchStores,
        router: HandoverRouter,
        settings: DispatchSettings,
        time: any TimeSource,
        faults: FaultPoints
    ) {
        self.stores = stores
        self.router = router
        self.settings = settings
        self.time = time
        self.faults = faults
    }

    /// Whether any gateway takes more work now.
    package func hasRoom() async throws -> Bool {
        try await router.hasRoom()
    }

    /// Claims and finishes one chunk.
    ///
    /// - Returns: false when none is due.
    /// - Throws: when a store or the gateway is away. The chunk was given back then and no recipient is used up.
    package func dispatchChunk() async throws -> Bool {
        guard let chunk = try await stores.chunks.claim(owner: settings.owner, lease: settings.lease, now: time.now) else { return false }
        do {
            try await dispatch(chunk)
        } catch let pause as GatewaysPaused {
            // Somebody's wish and no trouble: the lane goes on with others.
            try await stores.chunks.release(chunk, until: pause.until)
        } catch {
            // Best effort: when the store is away too, the lease runs out by itself.
            try? await stores.chunks.release(chunk, until: (error as? GatewayOutage)?.until)
            throw error
        }
        return true
    }

    private func dispatch(_ chunk: Chunk) async throws {
        try await faults.hit("lease.after")
        if chunk.size > 1, chunk.crashes >= Self.crashesBeforeSplit { return try await stores.chunks.split(chunk, now: time.now) }
        let messages = try await stores.messages.messages(of: chunk, now: time.now)
        let isPoison = chunk.size == 1 && chunk.crashes >= Self.crashesBeforeDeath
        let outcomes = try await withRenewal(of: chunk) {
            try await handOver(
                Work(
                    tenantID: chunk.tenantID,
                    origin: .campaign(chunk.campaignID),
                    scope: HandoverScope(campaignID: chunk.campaignID, chunk: chunk.scopeNumber),
                    messages: messages,
                    isRepeat: chunk.attempts > 1,
                    isPoison: isPoison,
                    content: { try await campaign(tenantID: chunk.tenantID, id: chunk.campaignID) }
                )
            ) {
                try await stores.chunks.isHeld(chunk)
            }
        }
        guard let outcomes else { return try await stores.chunks.release(chunk) }
        try await faults.hit("confirm.before")
        let recorded = try await stores.log.record(chunk, outcomes: outcomes, checkAfter: checkAfter(outcomes), now: time.now)
        if recorded { count(outcomes) }
        try await faults.hit("confirm.after")
    }

    /// Claims and finishes messages of campaigns that are due on their own.
    ///
    /// - Returns: false when none is due.
    package func dispatchSingles() async throws -> Bool {
        guard let claim = try await stores.messages.claimDue(limit: settings.singlesPerClaim, lease: settings.lease, now: time.now) else {
            return false
        }
        let work = Work(
            tenantID: claim.tenantID,
            origin: .campaign(claim.campaignID),
            scope: HandoverScope(campaignID: claim.campaignID, chunk: nil),
            messages: claim.messages,
            isRepeat: true,
            isPoison: false,
            content: { try await campaign(tenantID: claim.tenantID, id: claim.campaignID) }
        )
        guard let outcomes = try await handOverUnlessPaused(work) else { return true }
        try await stores.log.record(claim, outcomes: outcomes, checkAfter: checkAfter(outcomes), now: time.now)
        count(outcomes)
        return true
    }

    /// Messages whose gateways are all held back are put off.
    private func handOverUnlessPaused(_ work: Work) async throws -> [UUID: HandoverOutcome]? {
        do {
            return try await handOver(work, isStillOurs: { true })
        } catch let pause as GatewaysPaused {
            let outcome = HandoverOutcome(.deferred(until: pause.until, reason: pause.description))
            return Dictionary(uniqueKeysWithValues: work.messages.map { ($0.id, outcome) })
        }
    }

    /// Messages of one origin on their way through the pipeline.
    struct Work: Sendable {
        let tenantID: UUID
        let origin: MessageOrigin
        let scope: HandoverScope
        let messages: [QueuedMessage]
        let isRepeat: Bool
        let isPoison: Bool
        var channel = Channel.email
        /// What they are made of; nil when it is gone.
        let content: @Sendable () async throws -> (envelope: MessageEnvelope, renderer: MessageRenderer)?
    }

    /// - Returns: what became of each message; nil when the lease was lost or the campaign stopped, and nothing was done.
    func handOver(_ work: Work, isStillOurs: @Sendable () async throws -> Bool) async throws -> [UUID: HandoverOutcome]? {
        guard !work.messages.isEmpty else { return [:] }
        // Looked up before the check: what has left cannot be suppressed any more, and is recorded as what it is.
        let states = work.isRepeat ? try await router.states(of: work.messages.map(\.id), scope: work.scope, channel: work.channel) : [:]
        repeated.increment(by: states.count)
        var outcomes: [UUID: HandoverOutcome] = [:]
        var eligible: [OutgoingMessage] = []
        for message in work.messages {
            if let (state, gateway) = states[message.id] {
                let disposition: Disposition = state == .interrupted ? .unknown(reason: QueuedMessage.stopped) : .sent
                outcomes[message.id] = HandoverOutcome(disposition, gateway: gateway)
            } else if let verdict = message.verdict {
                outcomes[message.id] = HandoverOutcome(verdict)
            } else if work.isPoison || message.isPoison {
                outcomes[message.id] = HandoverOutcome(.failed(reason: "stopped its sender \(Self.crashesBeforeDeath) times"))
            } else {
                eligible.append(message.outgoing)
            }
        }
        guard !eligible.isEmpty else { return outcomes }
        guard let content = try await work.content() else {
            let reason = work.origin.campaignID == nil ? "the request or its content is gone" : "campaign or artifact is gone"
            for message in eligible { outcomes[message.id] = HandoverOutcome(.failed(reason: reason)) }
            return outcomes
        }
        if let end = content.envelope.expiresAt, end <= time.now {
            for message in eligible { outcomes[message.id] = HandoverOutcome(.failed(reason: "expired")) }
            return outcomes
        }
        guard try await isStillOurs() else { return nil }
        let batch = HandoverBatch(
            envelope: content.envelope,
            renderer: content.renderer,
            scope: work.scope,
            messages: eligible,
            isRepeat: work.isRepeat
        )
        for (message, outcome) in zip(eligible, try await router.handOver(batch)) { outcomes[message.id] = outcome }
        return expireOld(outcomes, messages: work.messages, after: maximumAge(content.envelope))
    }

    private func maximumAge(_ envelope: MessageEnvelope) -> TimeInterval {
        envelope.campaignID == nil ? RetryPolicy.of(envelope.priority).maximumAge : settings.maximumAge
    }

    /// A message that was deferred for too long is given up.
    private func expireOld(
        _ outcomes: [UUID: HandoverOutcome],
        messages: [QueuedMessage],
        after maximumAge: TimeInterval
    ) -> [UUID: HandoverOutcome] {
        var result = outcomes
        for message in messages {
            guard case .deferred(let until, let reason) = outcomes[message.id]?.disposition,
                let since = message.ageFrom ?? UUIDv7.time(of: message.id)
            else { continue }
            if until.timeIntervalSince(since) > maximumAge { result[message.id]?.disposition = .failed(reason: "expired: \(reason)") }
        }
        return result
    }

    func campaign(
        tenantID: UUID,
        id: UUID,
        artifactID: UUID? = nil,
        isTest: Bool = false
    ) async throws -> (envelope: MessageEnvelope, renderer: MessageRenderer)? {
        let campaign = try await stores.campaigns.campaign(tenantID: tenantID, campaignID: id, artifactID: artifactID, isTest: isTest)
        return campaign.map { ($0.envelope, $0.renderer) }
    }

    /// When to ask what became of what was sent; nil when every gateway keeps what it took.
    private func checkAfter(_ outcomes: [UUID: HandoverOutcome]) -> Date? {
        outcomes.values.contains { isUnconfirmed($0) } ? time.now.addingTimeInterval(settings.confirmAfter) : nil
    }

    /// Whether a message was sent by a gateway that may still lose it.
    func isUnconfirmed(_ outcome: HandoverOutcome) -> Bool {
        outcome.disposition == .sent && outcome.gateway.map(router.needsConfirmation) ?? false
    }

    func count(_ outcomes: [UUID: HandoverOutcome]) {
        var counts: [String: Int] = [:]
        for outcome in outcomes.values where outcome.disposition == .sent { counts[outcome.gateway ?? "none", default: 0] += 1 }
        for (gateway, count) in counts {
            Counter(label: "comm_messages_handed_over_total", dimensions: [("gateway", gateway)]).increment(by: count)
        }
    }

    /// Renews the lease beside the work; when it is lost, the work is cancelled and the claim given up.
    private func withRenewal<R: Sendable>(of chunk: Chunk, _ work: @escaping @Sendable () async throws -> R?) async throws -> R? {
        try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                repeat {
                    try await Task.sleep(for: .seconds(settings.lease / 3))
                } while try await stores.chunks.renew(
                    chunk,
                    lease: settings.lease,
                    now: time.now
                )
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

extension QueuedMessage {
    /// As gateways are given it.
    var outgoing: OutgoingMessage {
        OutgoingMessage(id: id, contactID: contactID, recipient: recipient, mergeValues: mergeValues)
    }

    /// Whether it has outlived several senders that held it.
    fileprivate var isPoison: Bool {
        lastError == Self.stopped && attempts >= Dispatcher.crashesBeforeDeath
    }
}
