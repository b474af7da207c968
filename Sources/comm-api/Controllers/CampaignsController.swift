import CommCore
import FoundationEssentials
import Hummingbird

/// Campaigns: a template for lists, with their settings.
struct CampaignsController: Sendable {
    private struct CleanedUp: Encodable {
        struct Campaign: Encodable {
            let id: UUID
            let name: String
        }

        let success = true
        let message: String
        let deletedCount: Int
        let deletedCampaigns: [Campaign]
    }

    /// Campaigns of a page with their mails in it.
    private static let fullPage = 100

    let campaigns: CampaignRepository
    let facts: CampaignFactsRepository
    let time: any TimeSource
    let bodyLimit: Int

    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CreateRequest = try await request.fields(limit: bodyLimit)
        return Answer(
            CampaignWire(try await campaigns.create(tenantID: context.tenantID, draft: body.draft, by: context.caller.credential))
        )
    }

    /// Newest first, each with what was last compiled of it: with its bodies, unless the list is to be compact.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (page, isCompact) = try request.query { fields in
            let isCompact = fields.bool("compact") ?? false
            let limit = fields.int("limit", in: 1...IDPage.largest) ?? (isCompact ? IDPage.first.limit : Self.fullPage)
            return (IDPage(limit: limit, before: fields.uuid("cursor")), isCompact)
        }
        let found = try await campaigns.list(tenantID: context.tenantID, page: page, withBodies: !isCompact)
        return Page(
            items: found.map(CampaignWire.init(overview:)),
            limit: page.limit,
            lastID: found.last?.campaign.id,
            query: isCompact ? "compact=true" : nil
        )
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let campaign = try await campaigns.get(tenantID: context.tenantID, id: id)
        return Answer(CampaignWire(campaign, blockers: try await facts.blockers(tenantID: context.tenantID, campaignID: id)))
    }

    /// Changes a draft.
    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        let changed = try await campaigns.update(tenantID: context.tenantID, id: id, patch: body.patch, by: context.caller.credential)
        return Answer(CampaignWire(changed))
    }

    func duplicate(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: DuplicateRequest = try await request.fields(limit: bodyLimit)
        let copy = try await campaigns.duplicate(tenantID: context.tenantID, id: id, name: body.name, by: context.caller.credential)
        return Answer(CampaignWire(copy), message: "Campaign duplicated")
    }

    /// The bin, last deleted first.
    func listDeleted(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await campaigns.listDeleted(tenantID: context.tenantID).map { CampaignWire($0) })
    }

    func restore(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let restored = try await campaigns.restore(tenantID: context.tenantID, id: try context.id())
        return Answer(CampaignWire(restored), message: "Campaign restored successfully")
    }

    func deletePermanently(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await campaigns.deletePermanently(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Campaign permanently deleted")
    }

    /// Empties the bin of what has been in it for long.
    func cleanUp(_ request: Request, context: TenantContext) async throws -> Response {
        let days = try request.query { $0.int("olderThanDays", in: 0...36_500) } ?? 30
        let before = time.now.addingTimeInterval(-Double(days) * 86_400)
        let deleted = try await campaigns.cleanUp(tenantID: context.tenantID, deletedBefore: before)
        return try Response.json(
            CleanedUp(
                message: "\(deleted.count) campaigns permanently deleted",
                deletedCount: deleted.count,
                deletedCampaigns: deleted.map { CleanedUp.Campaign(id: $0.id, name: $0.name) }
            )
        )
    }

    func updateSettings(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: SettingsRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await campaigns.updateSettings(
            tenantID: context.tenantID,
            id: id,
            patch: body.patch,
            by: context.caller.credential
        )
        return Answer(CampaignWire(campaign), message: "Settings updated")
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await campaigns.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Campaign deleted successfully")
    }
}
