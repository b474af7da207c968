import CommCore
import FoundationEssentials
import Hummingbird

/// What makes a campaign move: compile, schedule, pause, resume, cancel.
///
/// Each can be repeated.
struct CampaignCommandsController: Sendable {
    private struct CompiledWire: Encodable {
        let version: Int
        let totalRecipients: Int64
        let excluded: Int64
        let artifactID: UUID
        let snapshotID: UUID
        let report: CompileReport
        let preflight: PreflightWire?
        /// Only where the campaign's analytics are on.
        let gaWarnings: [GoogleAnalyticsWarning]?

        init(_ compiled: CompiledCampaign) {
            (version, totalRecipients, excluded) = (compiled.version, compiled.totalRecipients, compiled.excluded)
            (artifactID, snapshotID, report) = (compiled.artifactID, compiled.snapshotID, compiled.report)
            gaWarnings = compiled.analyticsWarnings
            preflight = compiled.report.preflight.map { PreflightWire($0) }
        }
    }

    private struct ScheduleRequest: RequestFields {
        let allowUnknownTags: Bool

        init(_ fields: inout JSONFields) {
            allowUnknownTags = fields.bool("allow_unknown_tags") ?? false
        }
    }

    private struct ReasonRequest: RequestFields {
        private static let longest = 500

        let reason: String?

        init(_ fields: inout JSONFields) {
            reason = fields.string("reason")
            if let reason, reason.count > Self.longest { fields.add("reason", "too_long", "is longer than \(Self.longest) characters") }
        }
    }

    private struct NoRequest: RequestFields {
        init(_ fields: inout JSONFields) {}
    }

    let campaigns: CampaignRepository
    let compiler: CampaignCompiler
    let scheduler: CampaignScheduler
    let bodyLimit: Int

    /// Makes the next version of what the campaign would send, and counts who would get it.
    func compile(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        _ = try await request.fields(NoRequest.self, limit: bodyLimit)
        return Answer(CompiledWire(try await compiler.compile(tenantID: context.tenantID, campaignID: id)))
    }

    func schedule(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: ScheduleRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await scheduler.schedule(
            tenantID: context.tenantID,
            campaignID: id,
            allowUnknownTags: body.allowUnknownTags,
            by: context.caller.credential
        )
        var wire = CampaignsController.CampaignWire(campaign)
        wire.preflight = PreflightWire(try await compiler.preflight(tenantID: context.tenantID, campaignID: id))
        return Answer(wire, message: "Campaign scheduled")
    }

    func pause(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: ReasonRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await campaigns.pause(tenantID: context.tenantID, id: id, reason: body.reason, by: context.caller.credential)
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign paused")
    }

    func resume(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        _ = try await request.fields(NoRequest.self, limit: bodyLimit)
        let campaign = try await campaigns.resume(tenantID: context.tenantID, id: id, by: context.caller.credential)
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign resumed")
    }

    func cancel(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: ReasonRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await campaigns.cancel(tenantID: context.tenantID, id: id, reason: body.reason, by: context.caller.credential)
        return Answer(CampaignsController.CampaignWire(campaign), message: "Campaign cancelled")
    }
}
