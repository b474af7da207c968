import FoundationEssentials
import Logging
import Metrics

/// Follows what was handed over until the platform is known to have it, and hands over again what was lost on the way (Redis came back
/// empty).
///
/// It asks before it acts: a job is pushed again only when neither the platform nor Redis knows of it.
package struct HandoverReconciler: Sendable {
    private let repository: HandoverRepository
    private let campaigns: CampaignCache
    private let gateway: any Gateway
    private let settings: DispatchSettings
    private let time: any TimeSource
    private let logger: Logger
    private let repeated = Counter(label: "comm_handover_repeated_total")

    package init(
        repository: HandoverRepository,
        campaigns: CampaignCache,
        gateway: any Gateway,
        settings: DispatchSettings,
        time: any TimeSource,
        logger: Logger
    ) {
        self.repository = repository
        self.campaigns = campaigns
        self.gateway = gateway
        self.settings = settings
        self.time = time
        self.logger = logger
    }

    /// Looks at the chunks whose check is due.
    ///
    /// - Returns: how many chunks were looked at.
    package func step(limit: Int = 20) async throws -> Int {
        let now = time.now
        if try await gateway.hasLostMemory(now: now) {
            // The platform's workers get time to mark what they had taken already.
            let moved = try await repository.checkAllAfter(now.addingTimeInterval(settings.confirmAfter))
            if moved > 0 { logger.warning("the hand-over list has lost its memory", metadata: ["chunks_to_check": "\(moved)"]) }
        }
        let chunks = try await repository.claimDue(limit: limit, nextCheck: now.addingTimeInterval(settings.confirmAfter), now: now)
        for chunk in chunks { try await check(chunk) }
        return chunks.count
    }

    private func check(_ chunk: HandedOverChunk) async throws {
        let scope = chunk.scope
        let messages = try await repository.sentMessages(of: chunk, now: time.now)
        let states = try await gateway.states(of: messages.map(\.id), scope: scope)
        let lost = messages.filter { states[$0.id] == nil }
        if !lost.isEmpty { try await handOverAgain(lost, chunk: chunk) }
        if lost.isEmpty, states.values.allSatisfy({ $0 == .taken }) { try await repository.close(chunk) }
    }

    private func handOverAgain(_ lost: [QueuedMessage], chunk: HandedOverChunk) async throws {
        let refused = lost.filter { $0.verdict != nil }
        let eligible = lost.filter { $0.verdict == nil }
        try await repository.withdraw(refused, of: chunk, now: time.now)
        guard !eligible.isEmpty else { return }
        let campaign = try await campaigns.campaign(
            tenantID: chunk.tenantID,
            campaignID: chunk.campaignID,
            artifactID: chunk.testArtifactID,
            isTest: chunk.testArtifactID != nil
        )
        guard let campaign else { return }
        let batch = HandoverBatch(
            envelope: campaign.envelope,
            renderer: campaign.renderer,
            scope: chunk.scope,
            messages: eligible.map {
                OutgoingMessage(id: $0.id, contactID: $0.contactID, recipient: $0.recipient, mergeValues: $0.mergeValues)
            },
            isRepeat: true
        )
        _ = try await gateway.handOver(batch)
        repeated.increment(by: eligible.count)
        logger.warning(
            "messages handed over again",
            metadata: ["tenant_id": "\(chunk.tenantID)", "campaign_id": "\(chunk.campaignID)", "count": "\(eligible.count)"]
        )
    }
}
