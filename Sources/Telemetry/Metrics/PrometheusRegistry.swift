import Metrics
import Synchronization

/// Keeps the metrics of the process and shows them in Prometheus' text format 0.0.4.
///
/// Counters end in `_total`, timers are histograms in seconds and end in `_seconds`, meters and plain recorders are gauges, aggregating
/// recorders are histograms. The number of series is bounded. A metric whose exposed name is already taken by another type is
/// accepted but not shown.
package final class PrometheusRegistry: MetricsFactory {
    /// The value of the Content-Type header for `exposition()`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct State {
        var order: [String] = []
        var families: [String: PrometheusFamily] = [:]
    }

    private let configuration: PrometheusConfiguration
    private let process: ProcessMetrics?
    private let state = Mutex(State())

    /// An empty registry.
    ///
    /// - Parameter process: source of the `process_…` metrics; nil leaves them out.
    package init(configuration: PrometheusConfiguration = PrometheusConfiguration(), process: ProcessMetrics? = ProcessMetrics()) {
        self.configuration = configuration
        self.process = process
    }

    /// All metrics as text.
    package func exposition() -> String {
        let (order, families) = state.withLock { ($0.order, $0.families) }
        var text = ""
        for name in order {
            families[name]?.write(to: &text)
        }
        process?.write(to: &text)
        return text
    }

    /// A counter; `_total` is added to its name.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter of fractions; `_total` is added to its name.
    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram when it aggregates, else a gauge.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return gauge(label, dimensions) }
        return histogram(PrometheusName.metric(label), dimensions, bounds: configuration.recorderBuckets)
    }

    /// A histogram in seconds; `_seconds` is added to its name.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(PrometheusName.metric(label, suffix: "_seconds"), dimensions, bounds: configuration.timerBuckets)
    }

    // Series stay until the process ends: Prometheus expects a counter to go on, and others may share the series.

    /// Does nothing.
    package func destroyCounter(_ handler: any CounterHandler) {}

    /// Does nothing.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}

    /// Does nothing.
    package func destroyMeter(_ handler: any MeterHandler) {}

    /// Does nothing.
    package func destroyRecorder(_ handler: any RecorderHandler) {}

    /// Does nothing.
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter {
        series(PrometheusName.metric(label, suffix: "_total"), .counter, dimensions) { PrometheusCounter() }
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge {
        series(PrometheusName.metric(label), .gauge, dimensions) { PrometheusGauge() }
    }

    private func histogram(_ name: String, _ dimensions: [(String, String)], bounds: [Double]) -> PrometheusHistogram {
        let bounds = configuration.buckets[name] ?? bounds
        return series(name, .histogram, dimensions) { PrometheusHistogram(bounds: bounds) }
    }

    private func series<Series: PrometheusSeries>(
        _ name: String,
        _ kind: PrometheusFamily.Kind,
        _ dimensions: [(String, String)],
        make: () -> Series
    ) -> Series {
        let labels = PrometheusLabels(dimensions)
        return state.withLock { state in
            if state.families[name] == nil {
                state.order.append(name)
                state.families[name] = PrometheusFamily(
                    name: name,
                    kind: kind,
                    help: configuration.help[name],
                    maximumSeries: configuration.maximumSeriesPerMetric
                )
            }
            guard state.families[name]?.kind == kind else { return make() }
            return state.families[name]?.series(labels, make: make) ?? make()
        }
    }
}
