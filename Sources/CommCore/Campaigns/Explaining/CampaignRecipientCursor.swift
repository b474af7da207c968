import FoundationEssentials

/// A place in the recipients of a campaign.
package enum CampaignRecipientCursor: Sendable, Equatable {
    /// Before the campaign begins they are in the order of contacts, from then on in that of messages.
    case contact(UUID)
    case message(UUID)

    package var text: String {
        switch self {
        case .contact(let id): "c" + id.uuidString.lowercased()
        case .message(let id): "m" + id.uuidString.lowercased()
        }
    }

    package init?(_ text: String) {
        guard let kind = text.first, let id = UUID(uuidString: String(text.dropFirst())) else { return nil }
        switch kind {
        case "c": self = .contact(id)
        case "m": self = .message(id)
        default: return nil
        }
    }
}
