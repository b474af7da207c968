import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into a problem document; what is nobody's fault but ours is logged here, once.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(describing: error, of: request)
            if problem.status.code >= 500 {
                context.logger.error(
                    "request failed",
                    metadata: [
                        "route": .string(context.endpointPath ?? "NotFound"), "status": .stringConvertible(problem.status.code),
                        "error": .string(String(describing: error)),
                    ]
                )
            }
            return try problem.response(instance: request.uri.path, requestID: context.requestID)
        }
    }
}
