/// How metrics become Prometheus series.
package struct PrometheusConfiguration: Sendable {
    /// Upper bounds of the buckets of timers, in seconds.
    package var timerBuckets: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Upper bounds of the buckets of recorders that aggregate (sizes, counts).
    package var recorderBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000]
    /// Upper bounds for single metrics, by their exposed name.
    package var buckets: [String: [Double]] = [:]
    /// Help texts, by the exposed name.
    package var help: [String: String] = [:]
    /// Most series of one metric; what exceeds it is counted in one series labelled `overflow="true"`.
    package var maximumSeriesPerMetric = 500

    /// The defaults.
    package init() {}
}
