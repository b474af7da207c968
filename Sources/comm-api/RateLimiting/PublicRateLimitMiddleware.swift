import Hummingbird

/// Counts the public pages by the client's address.
///
/// Reading a page only: an unsubscribe is never refused, for providers send thousands of them from one address.
struct PublicRateLimitMiddleware: RouterMiddleware {
    let limiter: RateLimiter

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head, let address = ClientAddress.of(request, peer: context.peer) else {
            return try await next(request, context)
        }
        let headers = try await limiter.admit(address, as: .publicPages, logger: context.logger)
        var response = try await next(request, context)
        response.headers.append(contentsOf: headers)
        return response
    }
}
