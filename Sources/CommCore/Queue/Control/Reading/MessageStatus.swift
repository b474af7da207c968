/// A message with everything that happened to it, and why it does not move if it does not.
package struct MessageStatus: Sendable {
    package let facts: MessageFacts
    package let state: MessageState
    /// In the order in which it happened.
    package let events: [MessageEvent]
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
