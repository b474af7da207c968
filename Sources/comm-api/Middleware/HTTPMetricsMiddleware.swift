import HTTPTypes
import Hummingbird
import Metrics
import Synchronization

/// Counts and times requests by route pattern, method and status; never by path, so the number of series is bounded.
struct HTTPMetricsMiddleware: RouterMiddleware {
    private let series = RequestSeries()

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = context.endpointPath ?? "NotFound"
        series.record(
            RequestSeries.Key(route: route, method: RequestSeries.known(request.method), status: response.status.code),
            took: start.duration(to: .now)
        )
        return response
    }
}

/// The metrics handles, made once per series.
private final class RequestSeries: Sendable {
    struct Key: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private struct Handles: Sendable {
        let requests: Counter
        let seconds: Metrics.Timer
    }

    private let handles = Mutex<[Key: Handles]>([:])

    /// A method from a closed set: clients can make up others.
    static func known(_ method: HTTPRequest.Method) -> String {
        RouteMethods.all.contains(method) ? method.rawValue : "other"
    }

    func record(_ key: Key, took duration: Duration) {
        let handles = handles.withLock { known in
            if let handles = known[key] { return handles }
            let made = Handles(
                requests: Counter(
                    label: "comm_http_requests_total",
                    dimensions: [("route", key.route), ("method", key.method), ("status", String(key.status))]
                ),
                seconds: Metrics.Timer(label: "comm_http_request_seconds", dimensions: [("route", key.route), ("method", key.method)])
            )
            known[key] = made
            return made
        }
        handles.requests.increment()
        handles.seconds.recordNanoseconds(duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
    }
}
