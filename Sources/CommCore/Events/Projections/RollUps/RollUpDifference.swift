import FoundationEssentials

/// A roll-up that does not hold what the facts say.
package struct RollUpDifference: Sendable, Equatable {
    /// The table.
    package let name: String
    /// Nil: of the tenant as a whole, or of messages without a campaign.
    package let campaignID: UUID?
    /// How many rows differ.
    package let rows: Int
}
