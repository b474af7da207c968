import FoundationEssentials

/// An entry that somebody wants on the list, not checked yet.
package struct SuppressionDraft: Sendable, Equatable {
    package var email: String?
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
        domain: String? = nil,
        scope: String? = nil,
        listID: UUID? = nil,
        reason: String? = nil,
        source: String? = nil,
        note: String? = nil,
        expiresAt: Date? = nil
    ) {
        self.email = email
        self.domain = domain
        self.scope = scope
        self.listID = listID
        self.reason = reason
        self.source = source
        self.note = note
        self.expiresAt = expiresAt
    }
}
