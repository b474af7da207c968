import FoundationEssentials

/// The express lanes: the same stages, over messages of many origins at once.
extension Dispatcher {
    /// Origins of one claim that are handed over at the same time.
    private static let groupsAtOnce = 16

    /// Claims and finishes messages of one class.
    ///
    /// - Parameter after: the tenant behind which the search begins; it is moved, so that every tenant has its turn.
    /// - Returns: whether there were any.
    package func dispatchExpress(_ priority: Priority, after: inout UUID?) async throws -> Bool {
        let claim = try await stores.express.queue.claim(
            priority: priority.rawValue,
            limit: settings.expressPerClaim,
            after: after,
            lease: settings.lease,
            now: time.now
        )
        guard let claim else {
            // Nobody behind that tenant: from the first one on.
            guard after != nil else { return false }
            after = nil
            return try await dispatchExpress(priority, after: &after)
        }
        after = claim.lastTenant
        let outcomes = try await handOver(claim)
        let checkAfter = time.now.addingTimeInterval(settings.confirmAfter)
        let checks = outcomes.filter { isUnconfirmed($0.value) }.mapValues { _ in checkAfter }
        try await stores.express.log.record(claim, outcomes: outcomes, checks: checks, now: time.now)
        count(outcomes)
        return true
    }

    private func handOver(_ claim: ExpressClaim) async throws -> [UUID: HandoverOutcome] {
        let requests = claim.groups.compactMap { group in group.key.origin.requestID.map { (tenantID: group.key.tenantID, id: $0) } }
        let contents = try await stores.express.requests.contents(of: requests)
        return try await withThrowingTaskGroup(of: [UUID: HandoverOutcome].self) { tasks in
            var all: [UUID: HandoverOutcome] = [:]
            for (index, group) in claim.groups.enumerated() {
                if index >= Self.groupsAtOnce, let outcomes = try await tasks.next() { all.merge(outcomes) { first, _ in first } }
                tasks.addTask { try await handOver(group, contents[group.key.origin.id], priority: claim.priority) }
            }
            for try await outcomes in tasks { all.merge(outcomes) { first, _ in first } }
            return all
        }
    }

    /// What messages of a key are made of; nil when it is gone.
    func content(of key: ExpressClaim.Key) async throws -> (envelope: MessageEnvelope, renderer: MessageRenderer)? {
        if let campaignID = key.origin.campaignID {
            return try await campaign(tenantID: key.tenantID, id: campaignID, artifactID: key.artifactID, isTest: key.isTest)
        }
        let id = key.origin.id
        return try await stores.express.requests.contents(of: [(key.tenantID, id)])[id].map { ($0.envelope, $0.renderer) }
    }

    /// A gateway that is away costs its own messages a pause, and nobody else's.
    private func handOver(
        _ group: ExpressClaim.Group,
        _ content: RequestCache.Content?,
        priority: Int16
    ) async throws -> [UUID: HandoverOutcome] {
        let key = group.key
        let work = Work(
            tenantID: key.tenantID,
            origin: key.origin,
            scope: HandoverScope(campaignID: key.origin.id, chunk: nil),
            messages: group.messages,
            isRepeat: group.messages.contains { $0.attempts > 0 },
            isPoison: false,
            channel: key.channel,
            content: {
                if key.origin.campaignID == nil { return content.map { ($0.envelope, $0.renderer) } }
                return try await self.content(of: key)
            }
        )
        do {
            return try await handOver(work, isStillOurs: { true }) ?? [:]
        } catch let error where !(error is CancellationError) {
            return postponed(group.messages, priority: priority, error)
        }
    }

    private func postponed(_ messages: [QueuedMessage], priority: Int16, _ error: any Error) -> [UUID: HandoverOutcome] {
        let policy = RetryPolicy.of(priority)
        let now = time.now
        var random = SystemRandomNumberGenerator()
        var outcomes: [UUID: HandoverOutcome] = [:]
        for message in messages {
            let since = message.ageFrom ?? UUIDv7.time(of: message.id) ?? now
            let until = policy.next(since: since, now: now, using: &random)
            let told = (error as? GatewayOutage)?.description ?? (error as? GatewaysPaused)?.description
            let reason = told ?? QueuedMessage.storeAway
            outcomes[message.id] = HandoverOutcome(
                until.timeIntervalSince(since) > policy.maximumAge
                    ? .failed(reason: "expired: \(reason)") : .deferred(until: until, reason: reason)
            )
        }
        return outcomes
    }
}
