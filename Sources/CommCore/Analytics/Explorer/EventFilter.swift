import FoundationEssentials

/// Which events are asked for.
package struct EventFilter: Sendable, Equatable {
    package var campaignID: UUID?
    /// The whole address.
    package var contactEmail: String?
    package var type: EventType?
    /// Messages that were handed over instead of events: what the contract calls `queued`.
    package var isHandOver = false
    package var verdict: String?
    package var linkIndex: Int?
    package var from: Date?
    /// The first moment after.
    package var to: Date?

    package init() {}
}

/// The order of an answer.
package enum EventSort: String, Sendable, CaseIterable {
    case occurredAt = "occurred_at"
    case type
    case contactEmail = "contact_email"
    case campaignName = "campaign_name"

    var column: String {
        switch self {
        case .occurredAt: "e.occurred_at"
        case .type: "e.type"
        case .contactEmail: "c.email_norm"
        case .campaignName: "g.name"
        }
    }
}
