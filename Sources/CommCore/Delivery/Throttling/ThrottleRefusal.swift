import FoundationEssentials

/// Why a message may not go now, and when to ask again.
package struct ThrottleRefusal: Sendable, Equatable {
    package let until: Date
    /// Which limit, in words for an operator; names no recipient.
    package let reason: String

    package init(until: Date, reason: String) {
        self.until = until
        self.reason = reason
    }
}
