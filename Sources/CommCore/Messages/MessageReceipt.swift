import FoundationEssentials

/// What a client is told of a message that was accepted.
package struct MessageReceipt: Sendable, Equatable {
    package let id: UUID
    package let requestID: UUID
    package let channel: Channel
    package let messageType: String
    package let priority: Priority
    /// When it is due; later than now for a scheduled one.
    package let dueAt: Date
    package let isScheduled: Bool
}

/// What a client is told of many.
package struct BulkMessageReceipt: Sendable, Equatable {
    /// A recipient that was not queued.
    package struct Refusal: Sendable, Equatable {
        /// Place in `recipients`, from 0.
        package let index: Int
        package let recipient: String?
        package let reason: String
    }

    package let requestID: UUID
    package let channel: Channel
    package let messageType: String
    package let priority: Priority
    package let dueAt: Date
    package let total: Int
    package let queued: Int
    package let suppressed: Int
    package let invalid: Int
    /// How many were not queued, by the reason.
    package let reasons: [String: Int]
    /// The first of those that were not queued.
    package let refusals: [Refusal]
}
