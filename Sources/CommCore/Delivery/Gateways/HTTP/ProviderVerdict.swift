import FoundationEssentials

/// What a provider's answer means for the message, its sender or the whole gateway.
enum ProviderVerdict: Sendable, Equatable {
    /// The provider has the message.
    case accepted
    /// Refused for good; it is this message's own fault.
    case refused(RefusalClass, reason: String)
    /// Refused because of the sender's address or domain: no message of the sender gets through before somebody sets that right.
    case senderRefused(reason: String)
    /// Certainly not taken, and no message would be now.
    case away(GatewayOutage)
    /// The provider may have it or not.
    case unknown(reason: String)
    /// Certainly not taken, and this message alone has to wait.
    case later(until: Date, reason: String)
    /// Certainly not taken, for a reason that has been set right since (our clock, an access token); the same again, once.
    case corrected(reason: String)
}

/// Why a message was refused for good; the first word of its reason in the delivery log.
enum RefusalClass: String, Sendable, CaseIterable {
    /// The request cannot be right for this message: an address that the provider does not take, a missing part.
    case request
    /// What is in the mail: a virus, spam.
    case content
    /// Larger than the provider takes.
    case size
    /// The number, the token: there is nobody there, and never will be. The address is suppressed on its channel.
    case recipient
    /// The recipient has asked the provider for no more messages. The address is suppressed on its channel.
    case optedOut = "opted_out"

    /// Whether a message failed because of its recipient, and every other one would.
    static func concernsRecipient(_ disposition: Disposition) -> Bool {
        guard case .failed(let reason) = disposition else { return false }
        return [recipient, optedOut].contains { reason.hasPrefix($0.rawValue + ":") }
    }
}

/// Why nothing can be handed over for a while.
package struct GatewayOutage: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of trouble it is, which decides for how long nothing is tried.
    package enum Kind: String, Sendable {
        /// More than the provider takes at a time.
        case throttled
        /// The day's quota is used up.
        case quota
        /// Not to be reached, or in trouble.
        case away
        /// Key, domain, account: somebody has to do something.
        case configuration
    }

    package let kind: Kind
    package let reason: String
    /// When the provider asked us to come back.
    package var until: Date?
    /// The gateway was not asked again: it keeps still since it said so.
    package private(set) var isRecalled = false

    package init(kind: Kind, reason: String, until: Date? = nil) {
        self.kind = kind
        self.reason = reason
        self.until = until
    }

    package var description: String { "\(kind.rawValue): \(reason)" }

    /// The same, told again.
    var recalled: GatewayOutage {
        var copy = self
        copy.isRecalled = true
        return copy
    }
}
