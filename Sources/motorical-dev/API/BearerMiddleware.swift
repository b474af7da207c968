import Hummingbird

/// Lets only callers with the token pass, when one is set.
struct BearerMiddleware: RouterMiddleware {
    let token: String?

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        guard token.map({ request.headers[.authorization] == "Bearer \($0)" }) ?? true else {
            throw HTTPError(.unauthorized, message: "The bearer token is missing or wrong.")
        }
        return try await next(request, context)
    }
}
