import Telemetry

extension PrometheusConfiguration {
    /// What the metrics of this program mean.
    static var api: PrometheusConfiguration {
        var configuration = PrometheusConfiguration()
        configuration.help = [
            "comm_http_requests_total": "Requests answered, by route pattern, method and status.",
            "comm_http_request_seconds": "Time from request to answer, by route pattern and method.",
            "comm_clicks_spooled_total": "Clicks kept in Redis because the database was away or slow.",
            "comm_clicks_lost_total": "Clicks that no store took; their readers were redirected all the same.",
        ]
        return configuration
    }
}
