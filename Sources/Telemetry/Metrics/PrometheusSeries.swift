/// One line, or one histogram, of the exposition.
protocol PrometheusSeries: AnyObject, Sendable {
    /// Adds the sample lines, each with its line end.
    func write(name: String, labels: PrometheusLabels, to text: inout String)
}
