import FoundationEssentials

extension MessageFacts {
    /// Why a message of the queue does not move.
    ///
    /// - Parameters:
    ///   - pauses: what is held back of its tenant.
    ///   - senders: the senders as their heartbeats tell.
    ///   - campaign: what stands in the way of its campaign, which has asked for the senders by itself.
    package func blockers(
        pauses: [QueuePause],
        senders: CampaignFacts.Senders,
        campaign: [CampaignBlocker]?,
        now: Date
    ) -> [CampaignBlocker] {
        if let waitsFor, logged == nil {
            let detail = "It goes out when the message \(waitsFor.uuidString.lowercased()) fails, is suppressed or comes back"
            return [CampaignBlocker(code: .waitsForFailure, detail: detail)]
        }
        guard let live, !live.isLeased(now: now) else { return [] }
        var found: [CampaignBlocker] = []
        if let expiresAt, expiresAt <= now {
            found.append(CampaignBlocker(code: .expired, detail: "Its time is over: it leaves the queue at its turn"))
        }
        found += pauses.filter(isHeld).map(CampaignBlocker.init)
        if let campaign, !isTest {
            found += campaign.filter { !found.contains($0) }
        } else {
            found += CampaignBlocker.senders(senders)
        }
        if let next = live.nextTry, next.timeIntervalSince(now) > 0.001 {
            let isScheduled = live.isInChunk || attempts == 0
            found.append(
                isScheduled
                    ? CampaignBlocker(code: .scheduled, detail: "Its time has not come", until: next)
                    : CampaignBlocker.deferral(live.lastError, until: next)
            )
        }
        return found
    }

    /// A pause of a gateway holds back what has asked for just that one.
    private func isHeld(by pause: QueuePause) -> Bool {
        if pause.scope == .gateway { return pause.target != nil && pause.target == request?.gateway }
        return Channel(rawValue: channel).map(pause.holds) ?? (pause.scope != .channel)
    }
}

extension CampaignBlocker {
    init(_ pause: QueuePause) {
        self.init(code: .queuePaused, detail: pause.explanation, until: pause.until, who: pause.isEverywhere ? "operator" : pause.pausedBy)
    }
}
