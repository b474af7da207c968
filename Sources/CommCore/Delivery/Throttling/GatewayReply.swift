import FoundationEssentials

/// What a gateway answered to one message, or what was reported of it later.
package struct GatewayReply: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case accepted, deferred, refused, unknown
    }

    /// Empty: the answer is about the gateway altogether.
    package let recipient: String
    package let kind: Kind
    /// The answer's text, as far as there is one.
    package let text: String
    /// Of a report: when the answer was given.
    ///
    /// What was said before a change of the rate was caused before it.
    package let givenAt: Date?

    package init(recipient: String, kind: Kind, text: String, givenAt: Date? = nil) {
        self.recipient = recipient
        self.kind = kind
        self.text = text
        self.givenAt = givenAt
    }
}
