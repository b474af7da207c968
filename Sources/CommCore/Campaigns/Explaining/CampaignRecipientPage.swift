import FoundationEssentials

/// A page of a campaign's recipients, with the counts of all of them.
package struct CampaignRecipientPage: Sendable, Equatable {
    package let totalPotential: Int64
    package let processed: Int64
    package let recipients: [CampaignRecipient]
    /// Nil on the last page.
    package let next: CampaignRecipientCursor?

    package var remaining: Int64 { max(0, totalPotential - processed) }
}
