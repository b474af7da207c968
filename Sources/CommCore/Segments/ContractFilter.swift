import FoundationEssentials

/// The flat filters of the contract, all of which must hold: `{"status":"engaged,new","suppressed":false,"search":"cee"}`.
///
/// Where several values make sense they are an array, or one text with commas.
struct ContractFilter {
    private(set) var check = FieldCheck()
    private(set) var conditions: [FilterNode] = []

    private static let lists: [String: FilterField.Name] = [
        "status": .status, "engagement": .engagement, "email_domain": .emailDomain, "tags": .tags, "tag": .tags,
        "language": .language, "source": .source, "suppression_reason": .suppressionReason,
    ]
    private static let ids: [String: FilterField.Name] = ["list_id": .lists, "campaign_id": .campaignReceived]

    /// Every name that is known.
    static let names = (Array(lists.keys) + Array(ids.keys) + ["suppressed", "date_from", "date_to", "search", "q"]).sorted()

    mutating func read(_ members: [String: AttributeValue], path: String?) {
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where value != .null && value != .text("") {
            let field = path.map { "\($0).\(name)" } ?? name
            if let list = Self.lists[name] {
                add(list, .anyOf, .list(Self.values(value)), at: field)
            } else if let list = Self.ids[name] {
                add(list, .anyOf, .list(Self.values(value)), at: field)
            } else {
                switch name {
                case "suppressed": add(.suppressed, .is, Self.flag(value), at: field)
                case "date_from": addDate(value, at: field) { .not(.condition(FilterCondition(.named(.created), .before, .date($0)))) }
                case "date_to": addDate(value, at: field) { .not(.condition(FilterCondition(.named(.created), .after, .date($0)))) }
                case "search", "q": add(.search, .contains, value, at: field)
                default: check.add(field, "unknown", "\(field) is not a known filter")
                }
            }
        }
    }

    private mutating func add(_ name: FilterField.Name, _ comparison: FilterOperator, _ value: AttributeValue, at path: String) {
        let condition: AttributeValue = .object([
            "field": .text(name.rawValue), "op": .text(comparison.rawValue), "value": value,
        ])
        var parser = FilterParser()
        if let node = parser.node(condition, at: path) { conditions.append(node) }
        for problem in parser.check.problems {
            // The client knows the filter by its own name, not by that of the condition made of it.
            let field = problem.field.replacing("\(path).value", with: path)
            check.add(field, problem.code, problem.message.replacing("\(path).value", with: path))
        }
    }

    private mutating func addDate(_ value: AttributeValue, at path: String, _ make: (FilterDate) -> FilterNode) {
        guard case .text(let text) = value, let date = FilterDate(text) else {
            check.add(path, "invalid", "\(path) must be a day like 2026-01-31 or a time like 2026-01-31T08:00:00Z")
            return
        }
        conditions.append(make(date))
    }

    private static func values(_ value: AttributeValue) -> [AttributeValue] {
        switch value {
        case .list(let values): values
        case .text(let text): text.split(separator: ",").map { .text(Self.trimmed($0)) }.filter { $0 != .text("") }
        default: [value]
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func flag(_ value: AttributeValue) -> AttributeValue {
        switch value {
        case .text("true"), .text("1"): .boolean(true)
        case .text("false"), .text("0"): .boolean(false)
        default: value
        }
    }
}
