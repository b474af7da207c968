import FoundationEssentials

/// What made a message: a campaign, or a request of a client.
package enum MessageOrigin: Sendable, Hashable {
    case campaign(UUID)
    case request(UUID)

    /// The id of either.
    package var id: UUID {
        switch self {
        case .campaign(let id), .request(let id): id
        }
    }

    /// Nil for a request.
    package var campaignID: UUID? {
        if case .campaign(let id) = self { id } else { nil }
    }

    /// Nil for a campaign.
    package var requestID: UUID? {
        if case .request(let id) = self { id } else { nil }
    }
}
