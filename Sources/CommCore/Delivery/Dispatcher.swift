import FoundationEssentials
import Logging
import Metrics

/// The outbound pipeline from a claim to its record: check → render → hand over → record.
///
/// Every step can be repeated after a crash without a second message; `docs/message-lifecycle.md` shows the device that makes it so.
package struct Dispatcher: Sendable {
    /// Expired leases after which a chunk is broken into single messages, and after which a single message is given up.
    static let crashesBeforeSplit = 3
    static let crashesBeforeDeath = 3

    private let stores: DispatchStores
    private let gateway: any Gateway
    private let settings: DispatchSettings
    private let time: any TimeSource
    private let faults: FaultPoints
    private let handedOver: Counter
    private let repeated = Counter(label: "comm_handover_found_done_total")

    package init(
        stores: DispatchStores,
        gateway: any Gateway,
        settings: DispatchSettings,
        time: any TimeSource,
        faults: FaultPoints
    ) {
        self.stores = stores
        self.gateway = gateway
        self.settings = settings
        self.time = time
        self.faults = faults
        self.handedOver = Counter(label: "comm_messages_handed_over_total", dimensions: [("gateway", gateway.name)])
    }

    /// Whether the gateway takes more work now.
    package func hasRoom() async throws -> Bool {
        try await gateway.hasRoom()
    }

    /// Claims and finishes one chunk.
    ///
    /// - Returns: false when none is due.
    /// - Throws: when a store or the gateway is away. The chunk was given back then and no recipient is used up.
    package func dispatchChunk() async throws -> Bool {
        guard let chunk = try await stores.chunks.claim(owner: settings.owner, lease: settings.lease, now: time.now) else { return false }
        do {
            try await dispatch(chunk)
        } catch {
            // Best effort: when the store is away too, the lease runs out by itself.
            try? await stores.chunks.release(chunk)
            throw error
        }
        return true
    }

    private func dispatch(_ chunk: Chunk) async throws {
        try await faults.hit("lease.after")
        if chunk.size > 1, chunk.crashes >= Self.crashesBeforeSplit { return try await stores.chunks.split(chunk, now: time.now) }
        let messages = try await stores.messages.messages(of: chunk, now: time.now)
        let scope = HandoverScope(campaignID: chunk.campaignID, chunk: chunk.scopeNumber)
        let isPoison = chunk.size == 1 && chunk.crashes >= Self.crashesBeforeDeath
        let dispositions = try await withRenewal(of: chunk) {
            try await handOver(
                Work(
                    tenantID: chunk.tenantID,
                    campaignID: chunk.campaignID,
                    scope: scope,
                    messages: messages,
                    isRepeat: chunk.attempts > 1,
                    isPoison: isPoison
                )
            ) {
                try await stores.chunks.renew(chunk, lease: settings.lease, now: time.now)
            }
        }
        guard let dispositions else { return try await stores.chunks.release(chunk) }
        try await faults.hit("confirm.before")
        let recorded = try await stores.log.record(
            chunk,
            dispositions: dispositions,
            gateway: gateway.name,
            checkAfter: checkAfter,
            now: time.now
        )
        if recorded { count(dispositions) }
        try await faults.hit("confirm.after")
    }

    /// Claims and finishes messages that are due on their own.
    ///
    /// - Returns: false when none is due.
    package func dispatchSingles() async throws -> Bool {
        guard let claim = try await stores.messages.claimDue(limit: settings.singlesPerClaim, lease: settings.lease, now: time.now) else {
            return false
        }
        let work = Work(
            tenantID: claim.tenantID,
            campaignID: claim.campaignID,
            scope: HandoverScope(campaignID: claim.campaignID, chunk: nil),
            messages: claim.messages,
            isRepeat: true,
            isPoison: false
        )
        return try await finish(claim, work)
    }

    /// Claims and finishes messages of the express lanes: tests of campaigns.
    ///
    /// - Returns: false when none is due.
    package func dispatchExpress() async throws -> Bool {
        guard let claim = try await stores.messages.claimExpress(limit: settings.singlesPerClaim, lease: settings.lease, now: time.now)
        else {
            return false
        }
        let work = Work(
            tenantID: claim.tenantID,
            campaignID: claim.campaignID,
            scope: HandoverScope(campaignID: claim.campaignID, chunk: nil),
            messages: claim.messages,
            isRepeat: true,
            isPoison: false,
            artifactID: claim.artifactID,
            isTest: claim.isTest
        )
        return try await finish(claim, work)
    }

    private func finish(_ claim: ClaimedMessages, _ work: Work) async throws -> Bool {
        guard let dispositions = try await handOver(work, isStillOurs: { true }) else { return true }
        try await stores.log.record(claim, dispositions: dispositions, gateway: gateway.name, checkAfter: checkAfter, now: time.now)
        count(dispositions)
        return true
    }

    private struct Work: Sendable {
        let tenantID: UUID
        let campaignID: UUID
        let scope: HandoverScope
        let messages: [QueuedMessage]
        let isRepeat: Bool
        let isPoison: Bool
        var artifactID: UUID?
        var isTest = false
    }

    /// - Returns: what became of each message; nil when the lease was lost or the campaign stopped, and nothing was done.
    private func handOver(_ work: Work, isStillOurs: @Sendable () async throws -> Bool) async throws -> [UUID: Disposition]? {
        guard !work.messages.isEmpty else { return [:] }
        // Looked up before the check: what has left cannot be suppressed any more, and is recorded as what it is.
        let states = work.isRepeat ? try await gateway.states(of: work.messages.map(\.id), scope: work.scope) : [:]
        repeated.increment(by: states.count)
        var dispositions: [UUID: Disposition] = [:]
        var eligible: [OutgoingMessage] = []
        for message in work.messages {
            if let state = states[message.id] {
                dispositions[message.id] = state == .interrupted ? .unknown(reason: "its sender stopped while it was handed over") : .sent
            } else if let verdict = message.verdict {
                dispositions[message.id] = verdict
            } else if work.isPoison {
                dispositions[message.id] = .failed(reason: "stopped its sender \(Self.crashesBeforeDeath) times")
            } else {
                eligible.append(message.outgoing)
            }
        }
        guard !eligible.isEmpty else { return dispositions }
        let campaign = try await stores.campaigns.campaign(
            tenantID: work.tenantID,
            campaignID: work.campaignID,
            artifactID: work.artifactID,
            isTest: work.isTest
        )
        guard let campaign else {
            for message in eligible { dispositions[message.id] = .failed(reason: "campaign or artifact is gone") }
            return dispositions
        }
        guard try await isStillOurs() else { return nil }
        let batch = HandoverBatch(
            envelope: campaign.envelope,
            renderer: campaign.renderer,
            scope: work.scope,
            messages: eligible,
            isRepeat: work.isRepeat
        )
        for (message, outcome) in zip(eligible, try await gateway.handOver(batch)) { dispositions[message.id] = outcome }
        return expireOld(dispositions, messages: work.messages)
    }

    /// A message that was deferred for too long is given up.
    private func expireOld(_ dispositions: [UUID: Disposition], messages: [QueuedMessage]) -> [UUID: Disposition] {
        var result = dispositions
        for message in messages {
            guard case .deferred(let until, let reason) = dispositions[message.id],
                let since = message.ageFrom ?? UUIDv7.time(of: message.id)
            else { continue }
            if until.timeIntervalSince(since) > settings.maximumAge { result[message.id] = .failed(reason: "expired: \(reason)") }
        }
        return result
    }

    private var checkAfter: Date? {
        gateway.needsConfirmation ? time.now.addingTimeInterval(settings.confirmAfter) : nil
    }

    private func count(_ dispositions: [UUID: Disposition]) {
        handedOver.increment(by: dispositions.values.count { $0 == .sent })
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
    fileprivate var outgoing: OutgoingMessage {
        OutgoingMessage(id: id, contactID: contactID, recipient: recipient, mergeValues: mergeValues)
    }
}
