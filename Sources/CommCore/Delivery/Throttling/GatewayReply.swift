/// What a gateway answered to one message.
package struct GatewayReply: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case accepted, deferred, refused, unknown
    }

    package let recipient: String
    package let kind: Kind
    /// The answer's text, as far as there is one.
    package let text: String

    package init(recipient: String, kind: Kind, text: String) {
        self.recipient = recipient
        self.kind = kind
        self.text = text
    }
}
