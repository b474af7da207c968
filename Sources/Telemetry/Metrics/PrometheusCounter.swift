import Metrics
import Synchronization

/// A number that only grows, until it is reset.
final class PrometheusCounter: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
    private struct Total {
        var whole: Int64 = 0
        var fraction: Double = 0
    }

    private let total = Mutex(Total())

    /// A negative amount is ignored; a sum past the largest number starts again at zero, which Prometheus takes for a restart.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        total.withLock { total in
            let (sum, overflows) = total.whole.addingReportingOverflow(amount)
            total.whole = overflows ? 0 : sum
        }
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.withLock { $0.fraction += amount }
    }

    func reset() {
        total.withLock { $0 = Total() }
    }

    func write(name: String, labels: PrometheusLabels, to text: inout String) {
        let total = total.withLock { $0 }
        // Whole numbers are written as such: a Double would lose digits past 2^53.
        let value = total.fraction == 0 ? String(total.whole) : PrometheusNumber.text(Double(total.whole) + total.fraction)
        text += "\(name)\(labels.braced()) \(value)\n"
    }
}
