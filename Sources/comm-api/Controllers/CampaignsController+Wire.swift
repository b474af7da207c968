import CommCore
import FoundationEssentials
import Postgres

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
                fromName: fields.string("from_name"),
                replyTo: fields.string("reply_to"),
                language: fields.string("language"),
                excludeListIDs: fields.uuids("exclude_list_ids")
            )
        }

        static func googleAnalytics(_ fields: inout JSONFields) -> GoogleAnalytics {
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
                fromName: fields.string("from_name"),
                replyTo: fields.string("reply_to"),
                language: fields.string("language"),
                googleAnalytics: fields.nested("google_analytics", CreateRequest.googleAnalytics),
                sendAtLocalTime: fields.bool("send_at_local_time"),
                sendingWindows: fields.sendingWindows("sending_windows"),
                excludeListIDs: fields.uuids("exclude_list_ids")
            )
        }
    }

    struct PatchRequest: RequestFields {
        let patch: CampaignPatch

        init(_ fields: inout JSONFields) {
            patch = CampaignPatch(
                name: fields.string("name"),
                templateID: fields.uuid("template_id"),
                motorBlockID: fields.uuid("motor_block_id"),
                listIDs: fields.uuids("list_ids"),
                excludeListIDs: fields.uuids("exclude_list_ids"),
                googleAnalytics: fields.nested("google_analytics", CreateRequest.googleAnalytics)
            )
        }
    }

    struct DuplicateRequest: RequestFields {
        let name: String?

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
        }
    }

    struct ApprovalWire: Encodable {
        let state: String
        let recipients: Int64
        @OrNull var submittedBy: String?

        init(_ approval: CampaignApproval) {
            (state, recipients) = (approval.state.rawValue, approval.recipients)
            _submittedBy = OrNull(wrappedValue: approval.submittedBy)
        }
    }

    struct CampaignWire: Encodable {
        let id: UUID
        let name: String
        let templateID: UUID
        let motorBlockID: UUID
        let listIDs: [UUID]
        let excludeListIDs: [UUID]
        let status: String
        @OrNull var statusReason: String?
        @OrNull var fromAddress: String?
        @OrNull var fromName: String?
        @OrNull var replyTo: String?
        @OrNull var language: String?
        let googleAnalytics: GoogleAnalytics
        @OrNull var timezone: String?
        @OrNull var scheduledAt: Date?
        let sendAtLocalTime: Bool
        @OrNull var sendingWindows: [SendingWindow]?
        @OrNull var startedAt: Date?
        @OrNull var completedAt: Date?
        @OrNull var chunkSize: Int?
        @OrNull var delaySecondsBetweenChunks: Int?
        @OrNull var artifactID: UUID?
        @OrNull var snapshotID: UUID?
        @OrNull var approval: ApprovalWire?
        @OrNull var createdBy: String?
        @OrNull var changedBy: String?
        @OrNull var statusBy: String?
        @OrNull var statusAt: Date?
        let createdAt: Date
        let updatedAt: Date
        /// Only of what is in the bin.
        let deletedAt: Date?
        /// Only where one campaign is asked for.
        var blockedBy: [BlockerWire]?
        /// Only in lists.
        var latestArtifact: ArtifactWire?
        var latestSnapshot: SnapshotWire?
        /// Only in the answer to scheduling.
        var preflight: PreflightWire?

        /// - Parameter blockers: why it does not move, where that is asked for.
        init(_ campaign: Campaign, blockers: [CampaignBlocker]? = nil) {
            excludeListIDs = campaign.excludeListIDs
            _replyTo = OrNull(wrappedValue: campaign.replyTo)
            _language = OrNull(wrappedValue: campaign.language)
            sendAtLocalTime = campaign.sendAtLocalTime
            _sendingWindows = OrNull(wrappedValue: campaign.sendingWindows)
            _approval = OrNull(wrappedValue: campaign.approval.map(ApprovalWire.init))
            _createdBy = OrNull(wrappedValue: campaign.provenance.createdBy)
            _changedBy = OrNull(wrappedValue: campaign.provenance.changedBy)
            _statusBy = OrNull(wrappedValue: campaign.provenance.statusBy)
            _statusAt = OrNull(wrappedValue: campaign.provenance.statusAt)
            deletedAt = campaign.deletedAt
            blockedBy = blockers?.map(BlockerWire.init)
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
            latestArtifact = overview.artifact.map { ArtifactWire($0, bodies: overview.bodies, metrics: overview.metrics) }
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
    /// Only in lists of campaigns.
    var metrics: JSONValue?
    /// Only in lists that are not compact.
    var htmlCompiled: String?
    var textCompiled: String?

    init(_ artifact: ArtifactSummary, bodies: ArtifactBodies?, metrics: PostgresJSON?) {
        self.init(artifact)
        (htmlCompiled, textCompiled) = (bodies?.html, bodies?.text)
        self.metrics = metrics.flatMap { try? JSONParser.parse(Array($0.text.utf8)) }
    }

    init(_ artifact: ArtifactSummary) {
        (id, campaignID, version, hash) = (artifact.id, artifact.campaignID, artifact.version, artifact.hash)
        (subject, createdAt, hasHTML, hasText) = (artifact.subject, artifact.createdAt, artifact.hasHTML, artifact.hasText)
        (htmlSize, textSize) = (artifact.htmlSize, artifact.textSize)
    }
}
