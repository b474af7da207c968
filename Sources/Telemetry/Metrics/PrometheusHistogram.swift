import Metrics
import Synchronization

/// How many values fell below each of some fixed bounds.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    private struct State {
        /// One more than there are bounds: the last one takes what exceeds them all.
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        let bounds = Set(bounds.filter(\.isFinite)).sorted()
        self.bounds = bounds
        self.state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1_000_000_000) }

    func record(_ value: Int64) { observe(Double(value)) }

    func record(_ value: Double) { observe(value) }

    func write(name: String, labels: PrometheusLabels, to text: inout String) {
        let state = state.withLock { $0 }
        var cumulative: UInt64 = 0
        for (bound, count) in zip(bounds + [.infinity], state.counts) {
            cumulative += count
            text += "\(name)_bucket\(labels.braced(adding: "le=\"\(PrometheusNumber.text(bound))\"")) \(cumulative)\n"
        }
        text += "\(name)_sum\(labels.braced()) \(PrometheusNumber.text(state.sum))\n"
        text += "\(name)_count\(labels.braced()) \(cumulative)\n"
    }

    private func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }
}
