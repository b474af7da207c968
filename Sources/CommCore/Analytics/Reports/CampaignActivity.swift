import FoundationEssentials

/// A campaign in a report of many: what it is, and its counts of the period.
package struct CampaignActivity: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let status: String
    package let startedAt: Date?
    package let counts: ReportCounts
}
