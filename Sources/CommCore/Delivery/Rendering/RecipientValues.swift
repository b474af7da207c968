import FoundationEssentials

/// What rendering needs to know of one message's recipient.
package struct RecipientValues: Sendable {
    package var subject: LinkTokenSubject
    /// The message's creation time.
    ///
    /// Tokens carry it, so rendering a message again gives the same bytes.
    package var issuedAt: Date
    /// One value for each of the program's fields, in their order; nil and empty ones take the tag's default.
    package var values: [String?]

    package init(tenantID: UUID, campaignID: UUID, contactID: UUID, messageID: UUID, issuedAt: Date, values: [String?]) {
        self.subject = LinkTokenSubject(tenantID: tenantID, campaignID: campaignID, contactID: contactID, messageID: messageID)
        self.issuedAt = issuedAt
        self.values = values
    }
}
