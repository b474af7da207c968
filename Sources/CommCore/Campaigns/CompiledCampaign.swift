import FoundationEssentials

/// The answer to compiling a campaign.
package struct CompiledCampaign: Sendable, Equatable {
    package let artifactID: UUID
    package let snapshotID: UUID
    package let version: Int
    package let totalRecipients: Int64
    package let excluded: Int64
    package let report: CompileReport
    /// Nil when the campaign's analytics are off.
    package let analyticsWarnings: [GoogleAnalyticsWarning]?
}
