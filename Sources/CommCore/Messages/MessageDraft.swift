import FoundationEssentials

/// A message as it was received: anything may be missing or wrong.
package struct MessageDraft: Sendable {
    /// `email`, `sms` or `push`.
    package var channel: String?
    /// `P0` to `P4`: a wish, which the type of the message decides about.
    package var priority: String?
    package var messageType: String?
    package var content = MessageContentDraft()
    package var from: String?
    package var fromName: String?
    package var replyTo: String?
    package var headers: [String: String]?
    package var attachments: [MessageAttachment]?
    package var pushData: [String: String]?
    package var motorBlockID: UUID?
    package var gateway: String?
    package var sourceType: String?
    package var sourceID: String?
    /// Kept and given back, never sent.
    package var metadata: [String: AttributeValue]?
    package var tags: [String]?
    package var sendAt: Date?
    package var expiresAt: Date?
    /// What is sent when this cannot be, one after the other.
    package var fallbacks: [MessageFallbackDraft] = []

    package init() {}
}

/// The same message on another channel.
package struct MessageFallbackDraft: Sendable {
    package var channel: String?
    package var content = MessageContentDraft()
    package var pushData: [String: String]?
    package var recipient: MessageRecipientDraft

    package init(recipient: MessageRecipientDraft) {
        self.recipient = recipient
    }
}

/// What a message says, written out or by the name of a template.
package struct MessageContentDraft: Sendable, Equatable {
    package var subject: String?
    package var html: String?
    package var text: String?
    /// Name of a message template.
    package var template: String?
    package var language: String?
    package var tracksClicks = false
    package var tracksOpens = false

    package init() {}
}

/// Who gets a message, with the values of its own.
package struct MessageRecipientDraft: Sendable {
    /// A mail address, a phone number (E.164) or a registration token.
    package var address: String?
    package var variables: [String: AttributeValue]

    package init(address: String?, variables: [String: AttributeValue] = [:]) {
        self.address = address
        self.variables = variables
    }
}
