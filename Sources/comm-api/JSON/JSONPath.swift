/// Where in a document a value stands.
struct JSONPath: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
    }

    var steps: [Step] = []

    /// As the contract writes it: `list_ids[1]`, `google_analytics.utm_source`; nil at the top.
    var field: String? {
        steps.isEmpty
            ? nil
            : steps.reduce(into: "") { text, step in
                switch step {
                case .member(let name): text += text.isEmpty ? name : ".\(name)"
                case .element(let index): text += "[\(index)]"
                }
            }
    }

    /// The JSON Pointer (RFC 6901, as a URI fragment) of a field name that is written like ``field``.
    static func pointer(of field: String) -> String {
        let parts = field.split(whereSeparator: { ".[]".contains($0) })
        return "#" + parts.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }
}
