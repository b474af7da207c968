import FoundationEssentials
import Logging
import Metrics
import Postgres

/// Follows what was handed over until the gateway is known to have it, and hands over again what was lost on the way (Redis came back
/// empty).
///
/// It asks before it acts: a job is pushed again only when neither the platform nor Redis knows of it.
package struct HandoverReconciler: Sendable {
    private let chunks: HandoverRepository
    private let express: ExpressHandoverRepository
    private let dispatcher: Dispatcher
    private let logger: Logger
    private let repeated = Counter(label: "comm_handover_repeated_total")

    /// - Parameter dispatcher: whose stores, gateways and settings are used.
    package init(client: PostgresClient, dispatcher: Dispatcher, logger: Logger) {
        chunks = HandoverRepository(client: client)
        express = ExpressHandoverRepository(client: client)
        self.dispatcher = dispatcher
        self.logger = logger
    }

    private var now: Date { dispatcher.time.now }

    /// Looks at the chunks and messages whose check is due.
    ///
    /// - Returns: how many were looked at.
    package func step(limit: Int = 20) async throws -> Int {
        let now = now
        let later = now.addingTimeInterval(dispatcher.settings.confirmAfter)
        if try await dispatcher.router.hasLostMemory(now: now) {
            // The platform's workers get time to mark what they had taken already.
            let moved = try await chunks.checkAllAfter(later) + express.checkAllAfter(later)
            if moved > 0 { logger.warning("the hand-over list has lost its memory", metadata: ["checks": "\(moved)"]) }
        }
        let due = try await chunks.claimDue(limit: limit, nextCheck: later, now: now)
        for chunk in due { try await check(chunk) }
        let groups = try await express.claimDue(limit: limit * 25, nextCheck: later, now: now)
        for group in groups { try await check(group) }
        return due.count + groups.count
    }

    private func check(_ chunk: HandedOverChunk) async throws {
        let sent = try await chunks.sentMessages(of: chunk, now: now)
        var isOpen = false
        for (gateway, messages) in Dictionary(grouping: sent, by: \.gateway) {
            guard let gateway, dispatcher.router.needsConfirmation(gateway) else { continue }
            let messages = messages.map(\.message)
            let states = try await dispatcher.router.states(of: messages.map(\.id), scope: chunk.scope, gateway: gateway)
            let lost = messages.filter { states[$0.id] == nil }
            if !lost.isEmpty || !states.values.allSatisfy({ $0 == .taken }) { isOpen = true }
            try await chunks.withdraw(lost.filter { $0.verdict != nil }, of: chunk, now: now)
            try await handOverAgain(lost, chunk.scope, gateway: gateway) {
                try await dispatcher.campaign(tenantID: chunk.tenantID, id: chunk.campaignID)
            }
        }
        if !isOpen { try await chunks.close(chunk) }
    }

    private func check(_ group: ExpressHandoverRepository.Group) async throws {
        let key = group.key
        let scope = HandoverScope(campaignID: key.origin.id, chunk: nil)
        let states = try await dispatcher.router.states(of: group.messages.map(\.id), scope: scope, gateway: group.gateway)
        let lost = group.messages.filter { states[$0.id] == nil }
        try await express.withdraw(lost.filter { $0.verdict != nil }, tenantID: key.tenantID, now: now)
        try await handOverAgain(lost, scope, gateway: group.gateway) { try await dispatcher.content(of: key) }
        let done = group.messages.filter { states[$0.id] == .taken || (states[$0.id] == nil && $0.verdict != nil) }
        try await express.close(done.map(\.id), tenantID: key.tenantID)
    }

    private func handOverAgain(
        _ lost: [QueuedMessage],
        _ scope: HandoverScope,
        gateway: String,
        content: () async throws -> (envelope: MessageEnvelope, renderer: MessageRenderer)?
    ) async throws {
        let eligible = lost.filter { $0.verdict == nil }
        guard !eligible.isEmpty, let content = try await content() else { return }
        let batch = HandoverBatch(
            envelope: content.envelope,
            renderer: content.renderer,
            scope: scope,
            messages: eligible.map(\.outgoing),
            isRepeat: true
        )
        try await dispatcher.router.handOverAgain(batch, gateway: gateway)
        repeated.increment(by: eligible.count)
        logger.warning(
            "messages handed over again",
            metadata: [
                "tenant_id": "\(content.envelope.tenantID)", "origin": "\(content.envelope.origin.id)", "count": "\(eligible.count)",
            ]
        )
    }
}
