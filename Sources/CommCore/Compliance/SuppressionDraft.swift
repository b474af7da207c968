import FoundationEssentials

/// An entry that somebody wants on the list, not checked yet.
package struct SuppressionDraft: Sendable, Equatable {
    package var email: String?
    /// The address of another channel than email: a number, a push registration, or the hash that the list shows of one.
    package var address: String?
    /// Of the address; nil: email.
    package var channel: String?
    /// Instead of the address, with the scope `domain`.
    package var domain: String?
    package var scope: String?
    package var listID: UUID?
    package var reason: String?
    package var source: String?
    package var note: String?
    package var expiresAt: Date?

    package init(
        email: String? = nil,
        address: String? = nil,
        channel: String? = nil,
        domain: String? = nil,
        scope: String? = nil,
        listID: UUID? = nil,
        reason: String? = nil,
        source: String? = nil,
        note: String? = nil,
        expiresAt: Date? = nil
    ) {
        self.email = email
        self.address = address
        self.channel = channel
        self.domain = domain
        self.scope = scope
        self.listID = listID
        self.reason = reason
        self.source = source
        self.note = note
        self.expiresAt = expiresAt
    }
}
