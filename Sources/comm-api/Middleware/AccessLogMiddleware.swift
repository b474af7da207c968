import HTTPTypes
import Hummingbird
import Logging

/// One line per request after it was answered: method, route pattern, status, time.
///
/// No addresses, no paths with ids or tokens.
struct AccessLogMiddleware: RouterMiddleware {
    /// Routes that are called so often that their successes are of interest to a debugger only.
    private static let quiet: Set<String> = [
        "/api/health", "/api/ready", "/metrics", "/c/{token}", "/t/u/{token}", "/api/webhooks/motorical",
    ]

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = context.endpointPath ?? "NotFound"
        let isQuiet = Self.quiet.contains(route) && response.status.code < 400
        context.logger.log(
            level: isQuiet ? .debug : .info,
            "request answered",
            metadata: [
                "method": .string(request.method.rawValue),
                "route": .string(route),
                "status": .stringConvertible(response.status.code),
                "milliseconds": .stringConvertible(start.duration(to: .now).milliseconds),
            ]
        )
        return response
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
