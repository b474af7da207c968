import FoundationEssentials
import Hummingbird
import Logging

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
        return try await next(request, context)
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
