/// Which limit keeps a message back.
///
/// Its text is kept with the message and says it again: who asks why it waits is answered from the queue alone.
package enum ThrottleCause: Sendable, Equatable {
    /// Whose limit it is.
    package enum Place: Sendable, Equatable {
        case gateway(String)
        /// A group of recipient domains at a gateway.
        case group(String, gateway: String)
        case tenant(channel: String)
        case campaign
    }

    /// Its rate.
    case limit(Place)
    /// Answers of the gateway have slowed it down.
    case slowed(Place)
    /// Answers of the gateway have stopped it for a while.
    case paused(Place)

    private static let limitPrefix = "rate limit of "
    private static let slowedSuffix = " is slowed down by its answers"
    private static let pausedSuffix = " is paused by its answers"

    package var place: Place {
        switch self {
        case .limit(let place), .slowed(let place), .paused(let place): place
        }
    }

    /// In words for an operator; names no recipient.
    package var text: String {
        switch self {
        case .limit(let place): Self.limitPrefix + place.text
        case .slowed(let place): place.text + Self.slowedSuffix
        case .paused(let place): place.text + Self.pausedSuffix
        }
    }

    /// Reads what ``text`` wrote; nil when it is something else.
    package init?(_ text: String) {
        if text.hasPrefix(Self.limitPrefix), let place = Place(text.dropFirst(Self.limitPrefix.count)) {
            self = .limit(place)
        } else if text.hasSuffix(Self.slowedSuffix), let place = Place(text.dropLast(Self.slowedSuffix.count)) {
            self = .slowed(place)
        } else if text.hasSuffix(Self.pausedSuffix), let place = Place(text.dropLast(Self.pausedSuffix.count)) {
            self = .paused(place)
        } else {
            return nil
        }
    }
}

extension ThrottleCause.Place {
    private static let gatewayPrefix = "gateway "
    private static let tenantPrefix = "the tenant's "
    private static let campaignText = "the campaign"

    fileprivate var text: String {
        switch self {
        case .gateway(let gateway): Self.gatewayPrefix + gateway
        case .group(let group, let gateway): "\(Self.gatewayPrefix)\(gateway) to \(group)"
        case .tenant(let channel): Self.tenantPrefix + channel
        case .campaign: Self.campaignText
        }
    }

    fileprivate init?(_ text: Substring) {
        if text == Self.campaignText {
            self = .campaign
        } else if text.hasPrefix(Self.tenantPrefix) {
            self = .tenant(channel: String(text.dropFirst(Self.tenantPrefix.count)))
        } else if text.hasPrefix(Self.gatewayPrefix) {
            // Neither names of gateways nor domains hold a space.
            let parts = text.dropFirst(Self.gatewayPrefix.count).split(separator: " ", omittingEmptySubsequences: false)
            switch (parts.count, parts.dropFirst().first) {
            case (1, _): self = .gateway(String(parts[0]))
            case (3, "to"): self = .group(String(parts[2]), gateway: String(parts[0]))
            default: return nil
            }
        } else {
            return nil
        }
    }
}
