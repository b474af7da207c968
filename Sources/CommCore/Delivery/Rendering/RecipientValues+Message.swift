import FoundationEssentials

extension RecipientValues {
    /// What rendering needs of a message: the same for every gateway, and for putting the message together again later.
    init(_ message: OutgoingMessage, of envelope: MessageEnvelope) {
        self.init(
            tenantID: envelope.tenantID,
            campaignID: envelope.origin.id,
            contactID: message.contactID ?? message.id,
            messageID: message.id,
            issuedAt: UUIDv7.time(of: message.id) ?? Date(timeIntervalSince1970: 0),
            values: message.mergeValues
        )
    }
}
