/// The labels of one series, sorted by name.
struct PrometheusLabels: Sendable, Hashable {
    /// `name="value"` pairs joined by commas, escaped; empty without labels.
    let text: String

    /// Labels from the dimensions of swift-metrics; of two with the same name the last one counts.
    init(_ dimensions: [(String, String)]) {
        let pairs = Dictionary(dimensions.map { (PrometheusName.label($0), $1) }) { _, last in last }
        text = pairs.sorted { $0.key < $1.key }.map { "\($0)=\"\(Self.escape($1))\"" }.joined(separator: ",")
    }

    /// The labels in braces, with one more at the end; nothing at all when there are none.
    func braced(adding extra: String = "") -> String {
        let all = [text, extra].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }

    private static func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
