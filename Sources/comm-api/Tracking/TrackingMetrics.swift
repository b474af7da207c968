import CommCore
import HTTPTypes
import Metrics

/// The series of tracked links that are answered on the event loop; the same ones that the middleware feeds.
struct TrackingMetrics: Sendable {
    private struct Series: Sendable {
        let requests: Counter
        let seconds: Metrics.Timer

        init(_ route: String, status: Int) {
            requests = Counter(
                label: "comm_http_requests_total",
                dimensions: [("route", route), ("method", "GET"), ("status", String(status))]
            )
            seconds = Metrics.Timer(label: "comm_http_request_seconds", dimensions: [("route", route), ("method", "GET")])
        }

        func record(_ duration: Duration) {
            requests.increment()
            seconds.recordNanoseconds(duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
        }
    }

    private let clicks = Series("/c/{token}", status: 302)
    private let traps = Series("/c/{token}", status: 204)
    private let opens = Series("/o/{token}", status: 200)

    func record(_ kind: TrackingHit.Kind, _ status: HTTPResponse.Status, took duration: Duration) {
        switch kind {
        case .clicked where status == .noContent: traps.record(duration)
        case .clicked: clicks.record(duration)
        case .opened: opens.record(duration)
        }
    }
}
