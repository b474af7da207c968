import FoundationEssentials

/// The message that a link token belongs to.
package struct LinkTokenSubject: Sendable, Hashable {
    package var tenantID: UUID
    package var campaignID: UUID
    package var contactID: UUID
    package var messageID: UUID

    package init(tenantID: UUID, campaignID: UUID, contactID: UUID, messageID: UUID) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.contactID = contactID
        self.messageID = messageID
    }
}

extension UUID {
    /// Appends the 16 bytes as 22 characters of base64url.
    func appendCompact(to output: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { Base64URL.append($0, to: &output) }
    }

    /// The identifier that 22 characters of base64url stand for.
    init?(compact text: String) {
        guard let bytes = Base64URL.decode(text.utf8), bytes.count == 16 else { return nil }
        let identifier = bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
        self.init(uuid: identifier)
    }
}
