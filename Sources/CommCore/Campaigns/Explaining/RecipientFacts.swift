import FoundationEssentials

/// One recipient of a campaign, as its rows have it.
package struct RecipientFacts: Sendable, Equatable {
    package struct Suppression: Sendable, Equatable {
        package let reason: String
        package let scope: String
        package let source: String
        package let since: Date
        package let expiresAt: Date?
    }

    package enum State: String, Sendable, CaseIterable {
        /// Meant, and not in the queue yet.
        case audience
        case queued
        /// Tried, and to be tried again.
        case deferred
        case sent, suppressed, skipped, failed, unknown
        /// Not one of the campaign's recipients.
        case none
    }

    package var contactID: UUID?
    package var email: String
    package var name: String?
    package var identityName: String?
    /// As it is now; nil for a contact that is gone.
    package var contactStatus: String?
    package var isMember = false
    package var isExcluded = false
    package var suppression: Suppression?
    package var messageID: UUID?
    /// In the delivery log.
    package var outcome: String?
    package var reason: String?
    package var occurredAt: Date?
    /// In the queue.
    package var isInChunk = false
    package var dueAt: Date?
    package var leasedUntil: Date?
    package var attempts = 0
    package var lastError: String?

    package init(email: String) {
        self.email = email
    }

    /// Where the recipient stands.
    package var state: State {
        if let outcome { return State(rawValue: outcome) ?? .unknown }
        guard messageID != nil else { return isMember && !isExcluded ? .audience : .none }
        return !isInChunk && attempts > 0 ? .deferred : .queued
    }

    /// Whether nothing more happens to it by itself.
    package var isProcessed: Bool { outcome != nil }
}
