/// Numbers as Prometheus reads them (Go's floating-point syntax).
enum PrometheusNumber {
    /// `3`, `7.25`, `+Inf`, `-Inf` or `NaN`.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
