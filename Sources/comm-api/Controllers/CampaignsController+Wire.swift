import CommCore
import FoundationEssentials

extension CampaignsController {
    struct CreateRequest: RequestFields {
        let draft: CampaignDraft

        init(_ fields: inout JSONFields) {
            draft = CampaignDraft(
                name: fields.string("name"),
                templateID: fields.uuid("template_id"),
                motorBlockID: fields.uuid("motor_block_id"),
                listIDs: fields.uuids("list_ids"),
                googleAnalytics: fields.nested("google_analytics", Self.googleAnalytics),
                fromAddress: fields.string("from_address"),
                fromName: fields.string("from_name")
            )
        }

        private static func googleAnalytics(_ fields: inout JSONFields) -> GoogleAnalytics {
            GoogleAnalytics(
                enabled: fields.bool("enabled") ?? false,
                utmPolicy: fields.string("utm_policy"),
                utmSource: fields.string("utm_source"),
                utmMedium: fields.string("utm_medium"),
                utmCampaign: fields.string("utm_campaign"),
                utmContent: fields.string("utm_content"),
                utmTerm: fields.string("utm_term")
            )
        }
    }

    struct SettingsRequest: RequestFields {
        let patch: CampaignSettingsPatch

        init(_ fields: inout JSONFields) {
            patch = CampaignSettingsPatch(
                chunkSize: fields.int("chunk_size"),
                delaySecondsBetweenChunks: fields.int("delay_seconds_between_chunks"),
                timezone: fields.string("timezone"),
                scheduledAt: fields.string("scheduled_at"),
                clearScheduled: fields.bool("clear_scheduled") ?? false,
                fromAddress: fields.string("from_address"),
                fromName: fields.string("from_name")
            )
        }
    }

    struct CampaignWire: Encodable {
        let id: UUID
        let name: String
        let templateID: UUID
        let motorBlockID: UUID
        let listIDs: [UUID]
        let status: String
        @OrNull var statusReason: String?
        @OrNull var fromAddress: String?
        @OrNull var fromName: String?
        let googleAnalytics: GoogleAnalytics
        @OrNull var timezone: String?
        @OrNull var scheduledAt: Date?
        @OrNull var startedAt: Date?
        @OrNull var completedAt: Date?
        @OrNull var chunkSize: Int?
        @OrNull var delaySecondsBetweenChunks: Int?
        @OrNull var artifactID: UUID?
        @OrNull var snapshotID: UUID?
        let createdAt: Date
        let updatedAt: Date
        /// Only in lists.
        var latestArtifact: ArtifactWire?
        var latestSnapshot: SnapshotWire?
        /// Only in the answer to scheduling.
        var preflight: PreflightWire?

        init(_ campaign: Campaign) {
            (id, name, templateID, motorBlockID) = (campaign.id, campaign.name, campaign.templateID, campaign.motorBlockID)
            (listIDs, status, googleAnalytics) = (campaign.listIDs, campaign.status.rawValue, campaign.googleAnalytics)
            _statusReason = OrNull(wrappedValue: campaign.statusReason)
            _fromAddress = OrNull(wrappedValue: campaign.fromAddress)
            _fromName = OrNull(wrappedValue: campaign.fromName)
            _timezone = OrNull(wrappedValue: campaign.timezone)
            _scheduledAt = OrNull(wrappedValue: campaign.scheduledAt)
            _startedAt = OrNull(wrappedValue: campaign.startedAt)
            _completedAt = OrNull(wrappedValue: campaign.completedAt)
            _chunkSize = OrNull(wrappedValue: campaign.chunkSize)
            _delaySecondsBetweenChunks = OrNull(wrappedValue: campaign.delaySecondsBetweenChunks)
            _artifactID = OrNull(wrappedValue: campaign.artifactID)
            _snapshotID = OrNull(wrappedValue: campaign.snapshotID)
            (createdAt, updatedAt) = (campaign.createdAt, campaign.updatedAt)
        }

        init(overview: CampaignOverview) {
            self.init(overview.campaign)
            latestArtifact = overview.artifact.map(ArtifactWire.init)
            latestSnapshot = overview.snapshot.map(SnapshotWire.init)
        }
    }

    struct SnapshotWire: Encodable {
        let id: UUID
        let campaignID: UUID
        let version: Int
        let totalRecipients: Int64
        let excluded: Int64
        let includedLists: [UUID]
        let dedupedBy: String
        let createdAt: Date

        /// Unlike the compile answer, a snapshot spells the number like its column.
        enum CodingKeys: String, CodingKey {
            case id, campaignID, version, excluded, includedLists, dedupedBy, createdAt
            case totalRecipients = "total_recipients"
        }

        init(_ snapshot: AudienceSnapshot) {
            (id, campaignID, version) = (snapshot.id, snapshot.campaignID, snapshot.version)
            (totalRecipients, excluded, includedLists) = (snapshot.totalRecipients, snapshot.excluded, snapshot.includedLists)
            (dedupedBy, createdAt) = (snapshot.dedupedBy, snapshot.createdAt)
        }
    }
}

/// A compiled version, without its bodies.
struct ArtifactWire: Encodable {
    let id: UUID
    let campaignID: UUID
    let version: Int
    let hash: String
    let subject: String
    let createdAt: Date
    let hasHTML: Bool
    let hasText: Bool
    let htmlSize: Int
    let textSize: Int

    init(_ artifact: ArtifactSummary) {
        (id, campaignID, version, hash) = (artifact.id, artifact.campaignID, artifact.version, artifact.hash)
        (subject, createdAt, hasHTML, hasText) = (artifact.subject, artifact.createdAt, artifact.hasHTML, artifact.hasText)
        (htmlSize, textSize) = (artifact.htmlSize, artifact.textSize)
    }
}
