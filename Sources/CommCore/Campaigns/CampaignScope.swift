import FoundationEssentials

/// Which campaign a statement is about, and when.
struct CampaignScope: Sendable {
    let tenantID: UUID
    let campaignID: UUID
    let now: Date
}
