import FoundationEssentials
import Postgres

/// A template that is to be mailed to the members of lists.
package struct Campaign: Sendable, Equatable {
    package let id: UUID
    package let name: String
    package let templateID: UUID
    /// The platform's sending unit that the mail goes out through.
    package let motorBlockID: UUID
    package let status: CampaignStatus
    /// Why it is paused, cancelled or failed.
    package let statusReason: String?
    package let fromAddress: String?
    package let fromName: String?
    /// Where answers go; the From address when nil.
    package let replyTo: String?
    /// The language of dates and numbers for recipients who have none.
    package let language: String?
    package let googleAnalytics: GoogleAnalytics
    package let scheduledAt: Date?
    /// IANA name.
    package let timezone: String?
    /// Whether everybody gets it when their own clock shows the time.
    package let sendAtLocalTime: Bool
    /// When it may send; nil: when the tenant's settings say.
    package let sendingWindows: [SendingWindow]?
    /// What is sent; fixed when the campaign is scheduled.
    package let artifactID: UUID?
    /// Who is meant; fixed when the campaign is scheduled.
    package let snapshotID: UUID?
    package let startedAt: Date?
    package let completedAt: Date?
    package let createdAt: Date
    package let updatedAt: Date
    /// When it was put into the bin.
    package let deletedAt: Date?
    package let listIDs: [UUID]
    /// Members of these get nothing.
    package let excludeListIDs: [UUID]
    /// Messages per chunk; nil: as fast as the limits allow.
    package let chunkSize: Int?
    /// Seconds from one chunk to the next.
    package let delaySecondsBetweenChunks: Int?
    package let provenance: CampaignProvenance
    package let approval: CampaignApproval?
}

/// Who did what to a campaign last; credentials as in `Caller`.
package struct CampaignProvenance: Sendable, Equatable {
    package let createdBy: String?
    /// Who changed content, audience or settings last.
    package let changedBy: String?
    /// Who gave the last command.
    package let statusBy: String?
    package let statusAt: Date?
}

/// A new campaign as it was received: anything may be missing or wrong.
package struct CampaignDraft: Sendable, Equatable {
    package let name: String?
    package let templateID: UUID?
    package let motorBlockID: UUID?
    package let listIDs: [UUID]?
    package let googleAnalytics: GoogleAnalytics?
    package let fromAddress: String?
    package let fromName: String?
    package let replyTo: String?
    package let language: String?
    package let excludeListIDs: [UUID]?

    package init(
        name: String?,
        templateID: UUID?,
        motorBlockID: UUID?,
        listIDs: [UUID]?,
        googleAnalytics: GoogleAnalytics? = nil,
        fromAddress: String? = nil,
        fromName: String? = nil,
        replyTo: String? = nil,
        language: String? = nil,
        excludeListIDs: [UUID]? = nil
    ) {
        self.name = name
        self.templateID = templateID
        self.motorBlockID = motorBlockID
        self.listIDs = listIDs
        self.googleAnalytics = googleAnalytics
        self.fromAddress = fromAddress
        self.fromName = fromName
        self.replyTo = replyTo
        self.language = language
        self.excludeListIDs = excludeListIDs
    }
}

/// A campaign with what was last compiled of it, for lists.
package struct CampaignOverview: Sendable, Equatable {
    package let campaign: Campaign
    package let artifact: ArtifactSummary?
    /// The artifact's bodies, where they were asked for.
    package let bodies: ArtifactBodies?
    /// What the compile step measured.
    package let metrics: PostgresJSON?
    package let snapshot: AudienceSnapshot?
}
