import CommCore
import FoundationEssentials
import Hummingbird

/// The Mega List: all contacts of a tenant as a grid that is filtered, sorted, paged and exported.
struct RecipientsController: Sendable {
    let recipients: RecipientRepository
    let exports: RecipientExportRepository
    let filters: SavedFilterRepository
    let campaigns: RecipientCampaignRepository
    let time: any TimeSource
    let bodyLimit: Int

    /// A page of the grid.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let asked = try request.query(GridRequest.init)
        let filter = try await combined(asked.filter, savedID: asked.filterID, context)
        let query = RecipientQuery(
            filter: filter,
            sort: asked.sort,
            columns: asked.columns,
            limit: asked.limit,
            offset: asked.offset,
            cursor: asked.cursor
        )
        let page = try await recipients.page(tenantID: context.tenantID, query)
        return Answer(GridWire(page, query, filtersApplied: asked.given))
    }

    /// How many match, and the first ten of them.
    func filter(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: FilterRequest = try await request.fields(limit: bodyLimit)
        let filter = try await combined(body.filter, savedID: body.filterID, context)
        let columns: [RecipientColumn] = [.id, .email, .name, .computedStatus, .engagementLevel]
        let query = RecipientQuery(filter: filter, columns: columns, limit: 10)
        let page = try await recipients.page(tenantID: context.tenantID, query)
        return Answer(FilterWire(page, columns, filtersApplied: body.given))
    }

    /// Everybody who matches, as a file.
    func export(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: ExportRequest = try await request.fields(limit: bodyLimit)
        let filter = try await combined(body.filter, savedID: body.filterID, context)
        let day = ISO8601.string(from: time.now).prefix(10)
        let tenantID = context.tenantID
        return Response.csv(fileName: "recipients-\(day).csv") { [exports] write in
            try await exports.export(tenantID: tenantID, filter: filter, sort: body.sort, columns: body.columns, write)
        }
    }

    /// The campaigns by which recipients can be filtered.
    func listCampaigns(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await campaigns.list(tenantID: context.tenantID).map(CampaignWire.init))
    }

    // MARK: Saved filters

    func listFilters(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await filters.list(tenantID: context.tenantID).map(SavedFilterWire.init))
    }

    func getFilter(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(SavedFilterWire(try await filters.get(tenantID: context.tenantID, id: try context.id())))
    }

    func createFilter(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: SavedFilterRequest = try await request.fields(limit: bodyLimit)
        guard let filter = body.filter else { throw Problem.invalid([.required("filters")]) }
        return Answer(SavedFilterWire(try await filters.create(tenantID: context.tenantID, name: body.name, filter: filter)))
    }

    func updateFilter(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: SavedFilterRequest = try await request.fields(limit: bodyLimit)
        let saved = try await filters.update(tenantID: context.tenantID, id: id, name: body.name, filter: body.filter)
        return Answer(SavedFilterWire(saved))
    }

    func deleteFilter(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await filters.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Filter deleted")
    }

    /// What a request says and what the filter that it names says: both.
    private func combined(_ filter: RecipientFilter, savedID: UUID?, _ context: TenantContext) async throws -> RecipientFilter {
        guard let savedID else { return filter }
        let saved = try await filters.get(tenantID: context.tenantID, id: savedID).filter
        return filter.isAll ? saved : RecipientFilter(root: .and([saved.root, filter.root]))
    }
}
