import FoundationEssentials
import Postgres

/// Makes artifacts of a campaign's template as it is now, and counts the campaign's audience with each.
package struct CampaignCompiler: Sendable {
    let client: PostgresClient
    let time: any TimeSource
    let artifacts: ArtifactRepository
    let snapshots = AudienceSnapshotRepository()
    private let pipeline: CompilePipeline
    private let trackingBase: String
    private let preflight: Preflight
    private let settings: SendingSettingsRepository
    private let tracking: TrackingSettingsRepository

    /// - Parameter trackingBase: where tracked links lead, `https://track.example.com`; only for showing them in artifacts.
    package init(client: PostgresClient, time: any TimeSource, pipeline: CompilePipeline, trackingBase: String, preflight: Preflight) {
        self.client = client
        self.time = time
        artifacts = ArtifactRepository(client: client)
        self.pipeline = pipeline
        self.trackingBase = trackingBase
        self.preflight = preflight
        settings = SendingSettingsRepository(client: client, time: time)
        tracking = TrackingSettingsRepository(client: client, time: time)
    }

    /// Stores the next version of the campaign's artifact and of its audience snapshot, in one transaction.
    ///
    /// A campaign that is scheduled and has not begun takes the new version as what it will send. One that has begun is refused.
    package func compile(tenantID: UUID, campaignID: UUID) async throws -> CompiledCampaign {
        let compiled = try await prepareForSending(tenantID: tenantID, campaignID: campaignID)
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            try Self.requireOpen(campaign, for: compiled)
            if campaign.status != .draft, let approval = campaign.approval, approval.state == .approved,
                try ApprovalRules.hash(of: campaign, content: compiled.hash) != approval.hash
            {
                throw CampaignError(.approvalRequired, "The template has changed since the campaign was approved: clear its schedule first")
            }
            let scope = CampaignScope(tenantID: tenantID, campaignID: campaignID, now: now)
            let artifact = try await artifacts.insert(compiled, scope, on: connection)
            let snapshot = try await snapshots.take(tenantID: tenantID, campaignID: campaignID, now: now, on: connection)
            if campaign.status != .draft {
                try await CampaignRepository.fix(artifact: artifact.id, snapshot: snapshot.id, scope, on: connection)
            }
            return CompiledCampaign(
                artifactID: artifact.id,
                snapshotID: snapshot.id,
                version: artifact.version,
                totalRecipients: snapshot.totalRecipients,
                excluded: snapshot.excluded,
                report: compiled.report,
                analyticsWarnings: GoogleAnalyticsAdvice.warnings(on: campaign.googleAnalytics, links: compiled.report.links)
            )
        }
    }

    /// Compiles the campaign's template without storing anything; `validationFailed` when it breaks a limit.
    func prepare(tenantID: UUID, campaignID: UUID) async throws -> CompiledTemplate {
        let input = try await CompileInput.load(tenantID: tenantID, campaignID: campaignID, client: client)
        return try await prepare(input, tenantID: tenantID, settings: settings.get(tenantID: tenantID))
    }

    /// The same, with the findings of the preflight in the report.
    func prepareForSending(tenantID: UUID, campaignID: UUID) async throws -> CompiledTemplate {
        let input = try await CompileInput.load(tenantID: tenantID, campaignID: campaignID, client: client)
        let settings = try await settings.get(tenantID: tenantID)
        var compiled = try await prepare(input, tenantID: tenantID, settings: settings)
        compiled.report.preflight = try await preflight.report(
            on: compiled,
            of: input.campaign,
            tenantID: tenantID,
            settings: settings,
            now: time.now
        )
        return compiled
    }

    private func prepare(_ input: CompileInput, tenantID: UUID, settings: SendingSettings) async throws -> CompiledTemplate {
        let tracking = try await tracking.get(tenantID: tenantID)
        let compiled = try compile(input, fields: .anyAttribute, settings, tracking)
        let used = compiled.program.fields.compactMap(CompileInput.attribute(of:))
        guard !used.isEmpty else { return compiled }
        let known = try await CompileInput.known(used, tenantID: tenantID, client: client)
        return known.count == Set(used).count ? compiled : try compile(input, fields: .attributes(known), settings, tracking)
    }

    private func compile(
        _ input: CompileInput,
        fields: KnownFields,
        _ settings: SendingSettings,
        _ tracking: TrackingSettings
    ) throws -> CompiledTemplate {
        var options = CompileOptions(
            campaignID: input.campaign.id,
            fields: fields,
            utm: input.campaign.googleAnalytics.utmOptions,
            trackLinks: input.tracksClicks ?? tracking.clicks,
            trackingBase: trackingBase,
            openPixel: input.tracksOpens ?? tracking.opens,
            untrackedHosts: settings.untrackedHosts
        )
        if let language = input.campaign.language { options.language = language }
        options.honoursOptOut = true
        options.scannerTrap = tracking.scannerTrap
        options.ownTrackingBase = tracking.base
        do {
            return try pipeline.compile(input.source, options: options)
        } catch let error as CompileError {
            throw CampaignError.validationFailed(error)
        }
    }

    private static func requireOpen(_ campaign: Campaign, for compiled: CompiledTemplate) throws {
        guard campaign.startedAt == nil, !campaign.status.isFinal else {
            throw CampaignError(.illegalTransition, "Cannot compile a campaign that is \(campaign.status.rawValue)")
        }
        if campaign.status != .draft { try CampaignScheduler.requireSendable(compiled.report, allowUnknownTags: false) }
    }
}

extension GoogleAnalytics {
    /// As the campaign's policy has it; links stay as they are when the campaign wants no parameters.
    fileprivate var utmOptions: UTMOptions {
        guard enabled else { return UTMOptions(policy: .preserve) }
        return UTMOptions(
            policy: utmPolicy.flatMap(UTMOptions.Policy.init) ?? .append,
            source: utmSource.nonEmpty,
            medium: utmMedium.nonEmpty,
            campaign: utmCampaign.nonEmpty,
            content: utmContent.nonEmpty,
            term: utmTerm.nonEmpty
        )
    }
}
