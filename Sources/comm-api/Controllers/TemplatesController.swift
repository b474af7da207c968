import CommCore
import FoundationEssentials
import Hummingbird

/// Templates: the HTML, text and subject that campaigns are compiled of.
struct TemplatesController: Sendable {
    let templates: TemplateRepository
    let validator: TemplateValidator
    let bodyLimit: Int

    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: DraftRequest = try await request.fields(limit: bodyLimit)
        return Answer(SummaryWire(try await templates.create(tenantID: context.tenantID, draft: body.draft)))
    }

    /// Checks a template without storing it: 200 or 422, both with everything that was found.
    func validate(_ request: Request, context: TenantContext) async throws -> Response {
        let body: ValidateRequest = try await request.fields(limit: bodyLimit)
        let found = try validator.validate(body.draft, sample: body.sample)
        return try Response.json(ValidationEnvelope(found), status: found.isValid ? .ok : .unprocessableContent)
    }

    /// Newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let page = try request.query { $0.page() }
        let found = try await templates.list(tenantID: context.tenantID, page: page)
        return Page(items: found.map { SummaryWire($0) }, limit: page.limit, lastID: found.last?.id)
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(TemplateWire(try await templates.get(tenantID: context.tenantID, id: try context.id())))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        return Answer(TemplateWire(try await templates.update(tenantID: context.tenantID, id: id, patch: body.patch)))
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await templates.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Template deleted")
    }

    /// Deletes what can be deleted; 409 when nothing could.
    func deleteMany(_ request: Request, context: TenantContext) async throws -> Response {
        let body: IDsRequest = try await request.fields(limit: bodyLimit)
        let result = try await templates.delete(tenantID: context.tenantID, ids: body.ids)
        let nothing = result.deleted.isEmpty && !result.failed.isEmpty
        return try Response.json(DeletionWire(result), status: nothing ? .conflict : .ok)
    }
}
