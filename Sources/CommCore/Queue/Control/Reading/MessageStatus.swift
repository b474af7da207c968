import FoundationEssentials

/// What goes out on the next channel when a message cannot.
package struct MessageFallback: Sendable, Equatable {
    package let id: UUID
    package let channel: String
    /// `waiting` until the message before it fails.
    package let state: MessageState
    /// Why it stands there.
    package let reason: String?
}

/// A message with everything that happened to it, and why it does not move if it does not.
package struct MessageStatus: Sendable {
    package let facts: MessageFacts
    package let state: MessageState
    /// In the order in which it happened.
    package let events: [MessageEvent]
    /// What goes out, or went out, when it cannot.
    package let fallback: MessageFallback?
    /// The message in whose place it goes out or went out.
    package let fallbackOf: UUID?
    /// What stands in its way, what stands in the way of everything first; empty when nothing does.
    package let blockers: [CampaignBlocker]

    /// Why it stands where it stands: of one that has left the last word about it, else what is in its way.
    package var explanation: String? {
        if let logged = facts.logged {
            let told = events.last { [.failed, .bounced, .complained].contains(state) && $0.type == state.rawValue && $0.reason != nil }
            return told?.reason ?? logged.reason
        }
        return blockers.first?.detail ?? facts.live?.lastError
    }
}
