import Metrics
import Testing

@testable import Telemetry

@Suite struct PrometheusRegistryTests {
    private func registry(_ change: (inout PrometheusConfiguration) -> Void = { _ in }) -> PrometheusRegistry {
        var configuration = PrometheusConfiguration()
        change(&configuration)
        return PrometheusRegistry(configuration: configuration, process: nil)
    }

    @Test func `counters and histograms read exactly as the format asks`() {
        let registry = registry {
            $0.help["suite_messages_sent_total"] = "Messages handed to a provider."
            $0.buckets["suite_http_request_seconds"] = [0.05, 1]
        }
        let email = Counter(label: "suite.messages.sent", dimensions: [("provider", "ses"), ("channel", "email")], factory: registry)
        let sms = Counter(label: "suite.messages.sent", dimensions: [("channel", "sms"), ("provider", "a\\b\"c\nd")], factory: registry)
        email.increment(by: 1_027)
        sms.increment(by: 3)
        let timer = Timer(label: "suite.http.request", dimensions: [("route", "/v1/messages")], factory: registry)
        for _ in 0..<24 { timer.recordNanoseconds(31_250_000) }
        for _ in 0..<16 { timer.recordNanoseconds(250_000_000) }
        timer.recordNanoseconds(2_500_000_000)

        #expect(
            registry.exposition() == #"""
                # HELP suite_messages_sent_total Messages handed to a provider.
                # TYPE suite_messages_sent_total counter
                suite_messages_sent_total{channel="email",provider="ses"} 1027
                suite_messages_sent_total{channel="sms",provider="a\\b\"c\nd"} 3
                # TYPE suite_http_request_seconds histogram
                suite_http_request_seconds_bucket{route="/v1/messages",le="0.05"} 24
                suite_http_request_seconds_bucket{route="/v1/messages",le="1"} 40
                suite_http_request_seconds_bucket{route="/v1/messages",le="+Inf"} 41
                suite_http_request_seconds_sum{route="/v1/messages"} 7.25
                suite_http_request_seconds_count{route="/v1/messages"} 41

                """#
        )
    }

    @Test func `meters and plain recorders are gauges, aggregating recorders histograms`() {
        let registry = registry { $0.buckets["batch_size"] = [10, 100] }
        let depth = Meter(label: "queue.depth", factory: registry)
        depth.set(7)
        depth.increment(by: 0.5)
        depth.decrement(by: 2)
        Gauge(label: "lag", factory: registry).record(-1)
        Recorder(label: "batch.size", factory: registry).record(50)
        #expect(
            registry.exposition() == """
                # TYPE queue_depth gauge
                queue_depth 5.5
                # TYPE lag gauge
                lag -1
                # TYPE batch_size histogram
                batch_size_bucket{le="10"} 0
                batch_size_bucket{le="100"} 1
                batch_size_bucket{le="+Inf"} 1
                batch_size_sum 50
                batch_size_count 1

                """
        )
    }

    @Test func `equal labels in any order are one series`() {
        let registry = registry()
        Counter(label: "hits", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "hits", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(by: 2)
        #expect(registry.exposition() == "# TYPE hits_total counter\nhits_total{a=\"1\",b=\"2\"} 3\n")
    }

    @Test func `the number of series is bounded and nothing is lost`() {
        let registry = registry { $0.maximumSeriesPerMetric = 3 }
        for number in 0..<100 {
            Counter(label: "hits", dimensions: [("path", "/\(number)")], factory: registry).increment()
        }
        let samples = registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples.count == 4)
        #expect(samples.last == "hits_total{overflow=\"true\"} 97")
    }

    @Test func `a name of another type is accepted and not shown twice`() {
        let registry = registry()
        Gauge(label: "jobs_total", factory: registry).record(1)
        Counter(label: "jobs", factory: registry).increment()
        #expect(registry.exposition() == "# TYPE jobs_total gauge\njobs_total 1\n")
    }

    @Test(arguments: [("http.requests", "http_requests"), ("9lives", "_9lives"), ("a:b", "a:b"), ("", "_"), ("é x", "__x")])
    func `names are made valid`(label: String, name: String) {
        #expect(PrometheusName.metric(label) == name)
    }

    @Test(arguments: [("le", "label_le"), ("quantile", "label_quantile"), ("__name__", "label___name__"), ("http.route", "http_route")])
    func `reserved label names are moved aside`(dimension: String, name: String) {
        #expect(PrometheusName.label(dimension) == name)
    }

    @Test(arguments: [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0, "0"), (1.5, "1.5"), (1e21, "1e+21"), (-2, "-2")])
    func `numbers are written as Prometheus reads them`(value: Double, text: String) {
        #expect(PrometheusNumber.text(value) == text)
    }

    @Test func `a counter never falls and survives its largest value`() {
        let counter = PrometheusCounter()
        counter.increment(by: Int64(5))
        counter.increment(by: Int64(-3))
        counter.increment(by: -1.0)
        counter.increment(by: Double.nan)
        var text = ""
        counter.write(name: "n", labels: PrometheusLabels([]), to: &text)
        #expect(text == "n 5\n")
        counter.increment(by: Int64.max)
        text = ""
        counter.write(name: "n", labels: PrometheusLabels([]), to: &text)
        #expect(text == "n 0\n")
    }

    @Test func `many tasks count without losing one`() async {
        let registry = registry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    for _ in 0..<200 {
                        Counter(label: "n", factory: registry).increment()
                        Timer(label: "t", factory: registry).recordNanoseconds(1)
                    }
                }
            }
        }
        #expect(registry.exposition().contains("n_total 10000\n"))
        #expect(registry.exposition().contains("t_seconds_count 10000\n"))
    }

    @Test(arguments: 0..<30) func `buckets are cumulative and end in the count`(seed: UInt64) throws {
        var state = seed
        let registry = registry()
        let timer = Timer(label: "t", factory: registry)
        for _ in 0..<100 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            timer.recordNanoseconds(Int64(state >> 28))
        }
        let lines = registry.exposition().split(separator: "\n")
        let buckets = try lines.filter { $0.contains("_bucket") }.map { try #require($0.split(separator: " ").last.flatMap { Int($0) }) }
        #expect(buckets == buckets.sorted())
        #expect(buckets.last == 100)
        #expect(lines.last == "t_seconds_count 100")
    }
}
