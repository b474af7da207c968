import FoundationEssentials

/// Which messages are asked for; what is nil leaves out nobody.
package struct MessageFilter: Sendable, Equatable {
    /// Those of one campaign, instead of those of requests.
    package var campaignID: UUID?
    package var requestID: UUID?
    package var states: Set<MessageState> = []
    package var channel: Channel?
    /// The whole address or number.
    package var recipient: String?
    /// Those that went to the mail address or the number of a contact, as it is now.
    package var contactID: UUID?
    package var tag: String?
    package var sourceType: String?
    package var sourceID: String?
    package var messageType: String?
    package var gateway: String?
    /// Only what failed here, or whose outcome is unknown.
    package var isDeadLetter = false
    /// Why it failed.
    package var failure: RetryClass?
    /// When it was asked for.
    package var from: Date?
    /// The first moment after.
    package var to: Date?

    package init() {}

    /// Whether requests are looked up by what they said.
    package var namesRequests: Bool { tag != nil || sourceType != nil || sourceID != nil }

    /// Whether an index decides what is meant, so that nothing is looked at in vain.
    var isDecidedByKey: Bool {
        states.isEmpty && channel == nil && messageType == nil && gateway == nil && failure == nil && !isDeadLetter
    }

    /// Whether only what has not simply been sent is meant.
    var isUnsentOnly: Bool {
        if isDeadLetter { return true }
        let ended = states.filter { !$0.isLive }
        let isUnsent = ended.allSatisfy { [.waiting, .cancelled, .skipped, .suppressed, .expired].contains($0) }
        return !states.isEmpty && !ended.isEmpty && isUnsent
    }
}
