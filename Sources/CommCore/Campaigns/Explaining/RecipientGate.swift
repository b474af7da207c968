import FoundationEssentials

/// One condition on the way of a message to its recipient, with the value that was found.
package struct RecipientGate: Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case listMembership = "list_membership"
        case contactStatus = "contact_status"
        case suppression
        case campaign
        /// Whether the operator or the tenant holds the queue back.
        case queue
        case expansion
        case localTime = "local_time"
        case window
        case pacing
        case gateway
        /// Rates of gateways, domain groups, the tenant and the campaign.
        case limit
        case attempts
        /// What became of it; it has passed or failed every gate before.
        case outcome
    }

    package let code: Code
    package let isOpen: Bool
    /// What was found, for programs.
    package let value: String?
    package let detail: String
    /// When it opens by itself.
    package var until: Date?
}

/// Why a recipient was not sent something, or not yet: every gate in the order in which a message meets them.
package enum RecipientGates {
    /// - Parameter now: when the facts were read.
    package static func gates(of recipient: RecipientFacts, in campaign: CampaignFacts, now: Date) -> [RecipientGate] {
        var gates = [membership(recipient), contact(recipient), suppression(recipient, now: now)]
        if recipient.isProcessed { return gates + [outcome(recipient)] }
        gates.append(self.campaign(campaign, now: now))
        gates.append(queue(campaign))
        gates.append(expansion(recipient, campaign))
        guard recipient.messageID != nil else { return gates }
        if campaign.sendsAtLocalTime, recipient.isInChunk { gates.append(localTime(recipient, now: now)) }
        gates += [window(campaign, now: now), pacing(recipient, campaign, now: now), gateway(campaign)]
        return gates + [limit(recipient, now: now), attempts(recipient, now: now)]
    }

    /// The gate that explains the recipient's state: of a finished message what became of it, else the first that is closed; nil for
    /// one that was sent, or that goes as soon as its turn comes.
    package static func reason(of recipient: RecipientFacts, gates: [RecipientGate]) -> RecipientGate? {
        if recipient.isProcessed { return recipient.outcome == "sent" ? nil : gates.last { $0.code == .outcome } }
        return gates.first { !$0.isOpen }
    }

    private static func membership(_ recipient: RecipientFacts) -> RecipientGate {
        let (isOpen, value, detail): (Bool, String, String) =
            if recipient.isExcluded {
                (false, "excluded", "The contact is in a list that the campaign excludes")
            } else if recipient.isMember {
                (true, "member", "The contact is in a list of the campaign")
            } else if recipient.messageID != nil {
                (true, "was_member", "The contact was in a list of the campaign when it was sent out, and is not any more")
            } else {
                (false, "not_a_member", "The contact is in no list of the campaign")
            }
        return RecipientGate(code: .listMembership, isOpen: isOpen, value: value, detail: detail)
    }

    private static func contact(_ recipient: RecipientFacts) -> RecipientGate {
        guard let status = recipient.contactStatus else {
            return RecipientGate(code: .contactStatus, isOpen: false, value: "deleted", detail: "The contact has been deleted")
        }
        let isOpen = status == "active"
        return RecipientGate(
            code: .contactStatus,
            isOpen: isOpen,
            value: status,
            detail: isOpen ? "The contact is active" : "The contact is \(status)"
        )
    }

    private static func suppression(_ recipient: RecipientFacts, now: Date) -> RecipientGate {
        guard let found = recipient.suppression, found.expiresAt.map({ $0 > now }) ?? true else {
            return RecipientGate(code: .suppression, isOpen: true, value: nil, detail: "The address is not suppressed")
        }
        return RecipientGate(
            code: .suppression,
            isOpen: false,
            value: found.reason,
            detail: "\(found.subject): \(found.reason), by \(found.source), since \(ISO8601.string(from: found.since))",
            until: found.expiresAt
        )
    }

    private static func campaign(_ campaign: CampaignFacts, now: Date) -> RecipientGate {
        let blocker = campaign.blockers(now: now).first {
            [.tenantInactive, .approvalRequired, .notScheduled, .scheduled, .paused].contains($0.code)
        }
        let value = blocker?.code.rawValue ?? campaign.status.rawValue
        let by = blocker?.who.map { " (by \($0))" } ?? ""
        let isOpen = blocker == nil && campaign.status != .cancelled && campaign.status != .failed
        let detail = blocker.map { $0.detail + by } ?? "The campaign is \(campaign.status.rawValue)"
        return RecipientGate(code: .campaign, isOpen: isOpen, value: value, detail: detail, until: blocker?.until)
    }

    private static func expansion(_ recipient: RecipientFacts, _ campaign: CampaignFacts) -> RecipientGate {
        if recipient.messageID != nil {
            return RecipientGate(code: .expansion, isOpen: true, value: "planned", detail: "The message is in the queue")
        }
        let isOver = campaign.isExpanded
        return RecipientGate(
            code: .expansion,
            isOpen: false,
            value: isOver ? "not_planned" : "waiting",
            detail: isOver
                ? "The contact was not in the audience when the campaign was put into the queue"
                : "The contact's turn to be put into the queue has not come"
        )
    }

    private static func localTime(_ recipient: RecipientFacts, now: Date) -> RecipientGate {
        let later = recipient.dueAt.flatMap { $0 > now ? $0 : nil }
        return RecipientGate(
            code: .localTime,
            isOpen: later == nil,
            value: recipient.dueAt.map(ISO8601.string(from:)),
            detail: later == nil ? "The recipient's clock has shown the time" : "The recipient's clock does not show the time yet",
            until: later
        )
    }

    private static func window(_ campaign: CampaignFacts, now: Date) -> RecipientGate {
        guard let window = campaign.window, !window.contains(now) else {
            let value = campaign.window == nil ? "always" : "open"
            return RecipientGate(code: .window, isOpen: true, value: value, detail: "It is within the sending hours")
        }
        let until = window.opens > now && window.opens < .distantFuture ? window.opens : nil
        return RecipientGate(code: .window, isOpen: false, value: "closed", detail: "It is outside the sending hours", until: until)
    }

    private static func pacing(_ recipient: RecipientFacts, _ campaign: CampaignFacts, now: Date) -> RecipientGate {
        guard recipient.isInChunk, let next = campaign.nextChunkAt, next > now else {
            return RecipientGate(code: .pacing, isOpen: true, value: nil, detail: "The campaign's pace lets it go")
        }
        return RecipientGate(
            code: .pacing,
            isOpen: false,
            value: nil,
            detail: "The campaign's pace lets the next chunk go later",
            until: next
        )
    }

    private static func gateway(_ campaign: CampaignFacts) -> RecipientGate {
        let senders = campaign.senders
        if senders.alive == 0 {
            return RecipientGate(code: .gateway, isOpen: false, value: "no_sender", detail: "No sender is alive")
        }
        guard let state = senders.gatewayState else {
            return RecipientGate(code: .gateway, isOpen: true, value: "open", detail: "The gateway takes messages")
        }
        let detail = state == "full" ? "The gateway takes no more for the moment" : "The gateway cannot be reached; it is tried again"
        return RecipientGate(code: .gateway, isOpen: false, value: state, detail: detail, until: senders.retryAt)
    }

    private static func queue(_ campaign: CampaignFacts) -> RecipientGate {
        guard let pause = campaign.pauses.first(where: { $0.scope != .gateway }) else {
            return RecipientGate(code: .queue, isOpen: true, value: "open", detail: "Nobody holds the queue back")
        }
        let blocker = CampaignBlocker(pause)
        let by = blocker.who.map { " (by \($0))" } ?? ""
        return RecipientGate(
            code: .queue,
            isOpen: false,
            value: pause.scope.rawValue,
            detail: blocker.detail + by,
            until: blocker.until
        )
    }

    /// A message in its chunk has not asked for a limit yet.
    private static func limit(_ recipient: RecipientFacts, now: Date) -> RecipientGate {
        if !recipient.isInChunk, let due = recipient.dueAt, due > now, let text = recipient.lastError {
            let blocker = CampaignBlocker.deferral(text, until: due)
            if blocker.code != .deferred {
                return RecipientGate(code: .limit, isOpen: false, value: blocker.code.rawValue, detail: blocker.detail, until: due)
            }
        }
        return RecipientGate(code: .limit, isOpen: true, value: nil, detail: "It waits for no limit")
    }

    private static func attempts(_ recipient: RecipientFacts, now: Date) -> RecipientGate {
        let tries = recipient.attempts == 1 ? "1 attempt" : "\(recipient.attempts) attempts"
        let error = recipient.lastError.map { "; the last said: \($0)" } ?? ""
        if let lease = recipient.leasedUntil, lease > now {
            return RecipientGate(code: .attempts, isOpen: true, value: "leased", detail: "A sender has it in hand; \(tries) before\(error)")
        }
        let later = recipient.isInChunk ? nil : recipient.dueAt.flatMap { $0 > now ? $0 : nil }
        return RecipientGate(
            code: .attempts,
            isOpen: later == nil,
            value: String(recipient.attempts),
            detail: tries + error,
            until: later
        )
    }

    private static func outcome(_ recipient: RecipientFacts) -> RecipientGate {
        let outcome = recipient.outcome ?? "unknown"
        var detail = recipient.reason.map { "\(outcome): \($0)" } ?? outcome
        if outcome == "suppressed", let found = recipient.suppression, found.reason == recipient.reason {
            if found.scope == "list" { detail += ", for the campaign's list" }
            detail += ", by \(found.source), since \(ISO8601.string(from: found.since))"
        }
        return RecipientGate(code: .outcome, isOpen: outcome == "sent", value: recipient.reason ?? outcome, detail: detail)
    }
}

extension RecipientFacts.Suppression {
    /// What it is that is kept back.
    fileprivate var subject: String {
        switch scope {
        case "list": "The address is suppressed for the campaign's list"
        case "marketing": "The address is suppressed for campaigns"
        case "domain": "The domain is suppressed"
        default: "The address is suppressed"
        }
    }
}
