import CommCore
import Hummingbird

/// Refuses a key that was not given the scope of the route.
struct ScopeMiddleware: RouterMiddleware {
    let scope: APIScope

    func handle(
        _ request: Request,
        context: TenantContext,
        next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        guard context.caller.permits(scope) else {
            var problem = Problem.forbidden("The API key lacks the scope \(scope.rawValue)", code: "missing_scope")
            problem.members["required_scope"] = .string(scope.rawValue)
            throw problem
        }
        return try await next(request, context)
    }
}
