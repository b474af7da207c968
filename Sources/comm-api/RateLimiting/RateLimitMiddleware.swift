import CommCore
import FoundationEssentials
import Hummingbird

/// Counts a tenant's requests by credential and class; the answer says where the caller stands.
struct RateLimitMiddleware: RouterMiddleware {
    let limiter: RateLimiter
    let scope: APIScope

    func handle(
        _ request: Request,
        context: TenantContext,
        next: (Request, TenantContext) async throws -> Response
    ) async throws -> Response {
        let rateClass = RateClass.of(request.method, path: context.endpointPath, scope: scope)
        let caller = "\(context.tenantID.uuidString.lowercased()):\(context.caller.credential)"
        let headers = try await limiter.admit(caller, as: rateClass, logger: context.logger)
        do {
            var response = try await next(request, context)
            response.headers.append(contentsOf: headers)
            return response
        } catch let error as any ProblemConvertible {
            var problem = error.problem
            problem.headers.append(contentsOf: headers)
            throw problem
        }
    }
}
