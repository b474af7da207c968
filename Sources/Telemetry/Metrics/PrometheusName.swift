/// Names as Prometheus allows them.
enum PrometheusName {
    /// A metric name from a label of swift-metrics: every other character becomes an underscore.
    static func metric(_ label: String, suffix: String = "") -> String {
        let name = sanitized(label) { $0 == ":" }
        return suffix.isEmpty || name.hasSuffix(suffix) ? name : name + suffix
    }

    /// A label name; those that Prometheus keeps for itself get a prefix.
    static func label(_ dimension: String) -> String {
        let name = sanitized(dimension) { _ in false }
        return name.hasPrefix("__") || ["le", "quantile"].contains(name) ? "label_" + name : name
    }

    private static func sanitized(_ text: String, alsoAllowed: (UnicodeScalar) -> Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isWordCharacter = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            name.unicodeScalars.append(isWordCharacter || alsoAllowed(scalar) ? scalar : "_")
        }
        return name.first.map { $0.isNumber } ?? true ? "_" + name : name
    }
}
