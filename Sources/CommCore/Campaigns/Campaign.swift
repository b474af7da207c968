import FoundationEssentials

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
    package let googleAnalytics: GoogleAnalytics
    package let scheduledAt: Date?
    /// IANA name.
    package let timezone: String?
    /// What is sent; fixed when the campaign is scheduled.
    package let artifactID: UUID?
    /// Who is meant; fixed when the campaign is scheduled.
    package let snapshotID: UUID?
    package let startedAt: Date?
    package let completedAt: Date?
    package let createdAt: Date
    package let updatedAt: Date
    package let listIDs: [UUID]
    /// Messages per chunk; nil: as fast as the limits allow.
    package let chunkSize: Int?
    /// Seconds from one chunk to the next.
    package let delaySecondsBetweenChunks: Int?
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

    package init(
        name: String?,
        templateID: UUID?,
        motorBlockID: UUID?,
        listIDs: [UUID]?,
        googleAnalytics: GoogleAnalytics? = nil,
        fromAddress: String? = nil,
        fromName: String? = nil
    ) {
        self.name = name
        self.templateID = templateID
        self.motorBlockID = motorBlockID
        self.listIDs = listIDs
        self.googleAnalytics = googleAnalytics
        self.fromAddress = fromAddress
        self.fromName = fromName
    }
}

/// A campaign with what was last compiled of it, for lists.
package struct CampaignOverview: Sendable, Equatable {
    package let campaign: Campaign
    package let artifact: ArtifactSummary?
    package let snapshot: AudienceSnapshot?
}
