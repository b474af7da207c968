/// All series of one metric name.
struct PrometheusFamily: Sendable {
    /// The types of the text format that this registry uses.
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    let name: String
    let kind: Kind
    private let help: String?
    private let maximumSeries: Int
    private var order: [PrometheusLabels] = []
    private var series: [PrometheusLabels: any PrometheusSeries] = [:]

    init(name: String, kind: Kind, help: String?, maximumSeries: Int) {
        self.name = name
        self.kind = kind
        self.help = help
        self.maximumSeries = maximumSeries
    }

    /// The series with these labels, made when it is new; the shared overflow series when there are too many.
    mutating func series<Series: PrometheusSeries>(_ labels: PrometheusLabels, make: () -> Series) -> Series {
        if let known = series[labels] as? Series { return known }
        let isFull = order.count >= maximumSeries
        let labels = isFull ? PrometheusLabels([("overflow", "true")]) : labels
        if let known = series[labels] as? Series { return known }
        let made = make()
        series[labels] = made
        order.append(labels)
        return made
    }

    /// Adds head lines and samples, in the order in which the series appeared.
    func write(to text: inout String) {
        if let help { text += "# HELP \(name) \(Self.escape(help))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
        for labels in order {
            series[labels]?.write(name: name, labels: labels, to: &text)
        }
    }

    private static func escape(_ help: String) -> String {
        help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }
}
