import FoundationEssentials

/// An address that a tenant does not mail, whatever lists it is in.
package struct Suppression: Sendable, Equatable {
    package let id: UUID
    package let email: String
    /// Why: unsubscribe, bounce, complaint, manual, or a word of the tenant.
    package let reason: String
    /// Who said so: link, one_click, webhook, admin, or a word of the tenant.
    package let source: String
    package let landingVariant: String?
    package let note: String?
    package let createdAt: Date
    /// From then on it does not count; nil: it counts for ever.
    package let expiresAt: Date?
    /// The tenant's contact of that address, if there is one.
    package let contactID: UUID?
    package let contactStatus: String?
    package let contactName: String?
}

/// A page of suppressions, newest first.
package struct SuppressionPage: Sendable, Equatable {
    package let suppressions: [Suppression]
    package let total: Int64
    package let page: Int
    package let limit: Int
}

/// The answer to adding an address.
package struct AddedSuppression: Sendable, Equatable {
    package let suppression: Suppression
    /// How many contacts became unsubscribed by it.
    package let contactsUpdated: Int
}
