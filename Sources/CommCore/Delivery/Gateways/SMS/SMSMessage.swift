import FoundationEssentials

/// A text message on its way to a gateway.
package struct SMSMessage: Sendable, Equatable {
    /// Who it is for a provider, in whose reports it comes back.
    package let reference: MessageReference
    /// The recipient's number (E.164).
    package let recipient: String
    package let body: String
    /// In how many parts it travels, each of which is paid for.
    package let segments: SMSSegments
    /// After so long nobody wants it any more (seconds); nil for as long as the provider tries.
    package let validity: Int?

    /// - Throws: ``SMSError`` for what no provider would take.
    package init(reference: MessageReference, recipient: String, body: String, validity: Int? = nil) throws(SMSError) {
        guard ChannelAddress.isNumber(recipient) else { throw SMSError.invalidRecipient }
        guard body.contains(where: { !$0.isWhitespace }) else { throw SMSError.emptyBody }
        self.reference = reference
        self.recipient = recipient
        self.body = body
        segments = SMSSegments(body)
        self.validity = validity
    }
}

/// Why a text message cannot be one.
package enum SMSError: Error, Sendable, Equatable {
    case invalidRecipient
    case emptyBody

    /// As the delivery log has it.
    var refusal: ProviderRefusal {
        switch self {
        case .invalidRecipient: ProviderRefusal(kind: .recipient, reason: "not a number such as +14155550123")
        case .emptyBody: ProviderRefusal(kind: .request, reason: "an empty text")
        }
    }
}
