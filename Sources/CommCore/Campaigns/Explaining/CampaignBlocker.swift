import FoundationEssentials

/// One reason why a campaign does not move.
package struct CampaignBlocker: Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case approvalRequired = "approval_required"
        case notScheduled = "not_scheduled"
        case scheduled
        case paused
        case tenantInactive = "tenant_inactive"
        case noSender = "no_sender"
        case gatewayPaused = "gateway_paused"
        case gatewayFull = "gateway_full"
        case waitingForExpansion = "waiting_for_expansion"
        case outsideWindow = "outside_window"
        case pacing
        case localTime = "local_time"
        case deferred
        /// Rates that are used up for the moment.
        case gatewayLimit = "gateway_limit"
        case domainGroupLimit = "domain_group_limit"
        case tenantLimit = "tenant_limit"
        case campaignLimit = "campaign_limit"
        /// What answers of the gateway have brought about.
        case gatewaySlowed = "gateway_slowed"
        case domainGroupSlowed = "domain_group_slowed"
        case gatewayStopped = "gateway_stopped"
        case domainGroupStopped = "domain_group_stopped"
        case dailyBudget = "daily_budget"
        /// The operator or the tenant holds the queue back.
        case queuePaused = "queue_paused"
        /// Of a message: its time is over.
        case expired
        /// Of a message: it goes out only when another one cannot.
        case waitsForFailure = "waits_for_failure"
    }

    package let code: Code
    package let detail: String
    /// When it ends by itself.
    package var until: Date?
    /// Whose doing it is.
    package var who: String?
}

extension CampaignFacts {
    /// A sender that has been silent for longer is not alive (seconds); its heart beats every few seconds.
    package static let longestSilence: TimeInterval = 30

    /// Why the campaign does not move, what stands in the way of everything first; empty when it moves or has ended.
    package func blockers(now: Date) -> [CampaignBlocker] {
        var found: [CampaignBlocker] = []
        if !isTenantActive, !status.isFinal { found.append(CampaignBlocker(code: .tenantInactive, detail: "The tenant is not active")) }
        switch status {
        case .completed, .cancelled, .failed: return []
        case .draft: found += draftBlockers
        case .paused:
            let reason = statusReason.map { ": \($0)" } ?? ""
            found.append(CampaignBlocker(code: .paused, detail: "It was paused\(reason)", who: statusBy))
        case .scheduled:
            // The database keeps microseconds: what is due now may read as due a little later.
            if let start = startsAt ?? scheduledAt, start.timeIntervalSince(now) > 0.001 {
                found.append(CampaignBlocker(code: .scheduled, detail: "Its time has not come", until: start))
            } else {
                found += senderBlockers(now: now)
                if senders.alive > 0 { found.append(CampaignBlocker(code: .waitingForExpansion, detail: "It is about to begin")) }
            }
        case .sending: found += senderBlockers(now: now) + sendingBlockers(now: now)
        }
        return found
    }

    private var draftBlockers: [CampaignBlocker] {
        guard let approvalThreshold, recipients >= approvalThreshold || approval != nil, approval != .approved else {
            return [CampaignBlocker(code: .notScheduled, detail: "It is a draft: nobody has scheduled it")]
        }
        let detail =
            switch approval {
            case .submitted: "It waits for somebody else's approval"
            case .rejected: "It was rejected: it must be changed and submitted again"
            default: "From \(approvalThreshold) recipients on it must be submitted for approval"
            }
        return [CampaignBlocker(code: .approvalRequired, detail: detail)]
    }

    /// Pauses of the queue stand before the gateway: nothing is claimed meanwhile.
    private func senderBlockers(now: Date) -> [CampaignBlocker] {
        pauses.filter { $0.scope != .gateway }.map(CampaignBlocker.init) + CampaignBlocker.senders(senders)
    }

    private func sendingBlockers(now: Date) -> [CampaignBlocker] {
        var found: [CampaignBlocker] = []
        if !isExpanded, backlog.dueChunks + backlog.laterChunks == 0 {
            found.append(CampaignBlocker(code: .waitingForExpansion, detail: "Its recipients are being put into the queue"))
        }
        if let window, !window.contains(now) {
            let until = window.opens > now && window.opens < .distantFuture ? window.opens : nil
            found.append(CampaignBlocker(code: .outsideWindow, detail: "It is outside its sending hours", until: until))
        }
        if backlog.dueChunks > 0 {
            if let nextChunkAt, nextChunkAt > now {
                found.append(CampaignBlocker(code: .pacing, detail: "Its pace lets the next chunk go later", until: nextChunkAt))
            }
        } else if backlog.laterChunks > 0, !sendsAtLocalTime {
            // A gateway that is away or held back gives chunks back for later.
            let held = pauses.filter { $0.scope == .gateway }.map(CampaignBlocker.init)
            let later = CampaignBlocker(code: .deferred, detail: "No gateway takes it now; it is tried again", until: backlog.nextChunkDue)
            found += held.isEmpty ? [later] : held
        } else if backlog.laterChunks > 0 {
            found.append(
                CampaignBlocker(
                    code: .localTime,
                    detail: "The clocks of its next recipients do not show the time yet",
                    until: backlog.nextChunkDue
                )
            )
        } else if backlog.deferred > 0, let due = backlog.nextDeferredDue, due > now {
            let reason = CampaignBlocker.deferral(backlog.nextDeferredReason, until: due)
            found.append(CampaignBlocker(code: reason.code, detail: "All that is left was put off. \(reason.detail)", until: due))
        }
        return found
    }
}

extension CampaignBlocker {
    /// What the senders and their gateways hold up.
    static func senders(_ senders: CampaignFacts.Senders) -> [CampaignBlocker] {
        guard senders.alive > 0 else {
            let detail = senders.lastSeen.map { "No sender is alive; the last was seen at \(ISO8601.string(from: $0))" }
            return [CampaignBlocker(code: .noSender, detail: detail ?? "No sender has ever run")]
        }
        let gateway = senders.gateway ?? "the gateway"
        switch senders.gatewayState {
        case "paused":
            return [
                CampaignBlocker(code: .gatewayPaused, detail: "\(gateway) cannot be reached; it is tried again", until: senders.retryAt)
            ]
        case "full": return [CampaignBlocker(code: .gatewayFull, detail: "\(gateway) takes no more for the moment")]
        default: return []
        }
    }
}
