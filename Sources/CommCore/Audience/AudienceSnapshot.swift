import FoundationEssentials

/// How many people a campaign means at one moment.
///
/// Who they are is decided again when the campaign is expanded and sent.
package struct AudienceSnapshot: Sendable, Equatable {
    package let id: UUID
    package let campaignID: UUID
    package let version: Int
    /// Members that could be mailed.
    package let totalRecipients: Int64
    /// Members that could not: suppressed, unsubscribed, bounced, complained.
    package let excluded: Int64
    package let includedLists: [UUID]
    /// Whose members get nothing.
    package let excludedLists: [UUID]
    /// What makes two memberships one recipient.
    package let dedupedBy: String
    package let createdAt: Date
}

/// The size of an audience.
package struct AudienceCount: Sendable, Equatable {
    package let totalRecipients: Int64
    package let excluded: Int64
}
