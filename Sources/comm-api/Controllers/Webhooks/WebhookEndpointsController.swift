import CommCore
import FoundationEssentials
import Hummingbird

/// Where a tenant is told its events: endpoints made, changed, listed, deleted, and their secrets.
struct WebhookEndpointsController: Sendable {
    let endpoints: WebhookEndpointRepository
    let bodyLimit: Int

    /// The secret is in this answer only.
    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: DraftRequest = try await request.fields(limit: bodyLimit)
        let created = try await endpoints.create(tenantID: context.tenantID, body.draft)
        return try Self.withSecret(created)
    }

    /// Newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await endpoints.list(tenantID: context.tenantID).map { EndpointWire($0) })
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(EndpointWire(try await endpoints.get(tenantID: context.tenantID, id: try context.id())))
    }

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: PatchRequest = try await request.fields(limit: bodyLimit)
        let changed = try await endpoints.update(tenantID: context.tenantID, id: try context.id(), body.draft)
        return Answer(EndpointWire(changed), message: "Webhook endpoint updated")
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await endpoints.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Webhook endpoint deleted")
    }

    /// The former secret signs, too, for a day.
    func rotate(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: RotateRequest = try await request.fields(limit: bodyLimit)
        return try Self.withSecret(try await endpoints.rotate(tenantID: context.tenantID, id: try context.id(), to: body.secret))
    }

    /// What can be asked for.
    func types(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(FeedEventType.allCases.map { TypeWire(name: $0.wireName, description: $0.summary) })
    }

    private static func withSecret(_ created: WebhookEndpointRepository.Created) throws -> Response {
        var response = try Answer(
            EndpointWire(created.endpoint, secret: created.secret),
            message: "Keep the secret: it is not shown again"
        ).response()
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
