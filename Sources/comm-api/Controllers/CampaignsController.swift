import CommCore
import FoundationEssentials
import Hummingbird

/// Campaigns: a template for lists, with their settings.
struct CampaignsController: Sendable {
    let campaigns: CampaignRepository
    let bodyLimit: Int

    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CreateRequest = try await request.fields(limit: bodyLimit)
        return Answer(CampaignWire(try await campaigns.create(tenantID: context.tenantID, draft: body.draft)))
    }

    /// Newest first, each with what was last compiled of it.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let page = try request.query { $0.page() }
        let found = try await campaigns.list(tenantID: context.tenantID, page: page)
        return Page(items: found.map(CampaignWire.init(overview:)), limit: page.limit, lastID: found.last?.campaign.id)
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(CampaignWire(try await campaigns.get(tenantID: context.tenantID, id: try context.id())))
    }

    func updateSettings(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: SettingsRequest = try await request.fields(limit: bodyLimit)
        let campaign = try await campaigns.updateSettings(tenantID: context.tenantID, id: id, patch: body.patch)
        return Answer(CampaignWire(campaign), message: "Settings updated")
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await campaigns.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Campaign deleted successfully")
    }
}
