import FoundationEssentials

/// One event that an endpoint is to be told.
struct WebhookDelivery: Sendable {
    enum Kind: String, Sendable {
        /// In its turn, for the first time or again.
        case live
        case replay
        /// Asked for by its owner, one event.
        case resend
        /// A sample event.
        case test
    }

    /// Of its pending row, which it has or may get.
    let id: UUID
    let kind: Kind
    /// Whether it has a pending row.
    let isPending: Bool
    /// In the feed.
    let position: Int64?
    let eventID: UUID
    /// The feed's word.
    let eventType: String
    let bucketAt: Date
    /// Before this one.
    let attempts: Int
    let firstAttemptAt: Date?
    /// Whether later events wait for it.
    let holds: Bool
    /// What has to stay in order with it.
    let lane: UUID
    let message: WebhookSender.Message
}

/// What an endpoint is to be told next.
struct WebhookWindow: Sendable {
    let deliveries: [WebhookDelivery]
    /// What is held up by deliveries that wait, and until when.
    var held: [UUID: Date] = [:]
    /// How far the feed was looked at.
    let position: Int64
}
