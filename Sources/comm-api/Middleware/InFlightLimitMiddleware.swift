import Hummingbird
import Synchronization

/// Sheds load before it piles up: beyond the limit a request is refused at once with 503.
struct InFlightLimitMiddleware: RouterMiddleware {
    private final class Count: Sendable {
        let running = Atomic<Int>(0)
    }

    private let limit: Int
    private let count = Count()

    init(limit: Int) {
        self.limit = limit
    }

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let running = count.running.add(1, ordering: .relaxed).newValue
        defer { count.running.subtract(1, ordering: .relaxed) }
        guard running <= limit else {
            throw Problem.unavailable("The server is busy", code: "overloaded", retryAfter: 1)
        }
        return try await next(request, context)
    }
}
