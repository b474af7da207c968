import CommCore
import FoundationEssentials
import Hummingbird
import Logging
import Postgres

/// Proves who asks before a tenant's route runs.
struct AuthenticationMiddleware: RouterMiddleware {
    let authenticator: Authenticator

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let caller = try await authenticator.caller(request.headers)
        context.caller = caller
        context.logger[metadataKey: "tenant_id"] = .string(caller.tenantID.uuidString.lowercased())
        // The database notes who changed a row by what the transaction says.
        let settings = AuditRepository.settings(actor: caller.credential, requestID: context.requestID)
        return try await TransactionSettings.$current.withValue(settings) { try await next(request, context) }
    }
}

/// Lets only the platform through: provisioning crosses tenants.
struct PlatformOnlyMiddleware: RouterMiddleware {
    let authenticator: Authenticator

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        try authenticator.requirePlatform(request.headers)
        return try await next(request, context)
    }
}
