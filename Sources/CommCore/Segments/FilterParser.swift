import FoundationEssentials

/// Reads rule trees from JSON and collects everything that is wrong with them, each under its path.
struct FilterParser {
    private(set) var check = FieldCheck()
    private var conditions = 0

    /// Reads a tree: a group (`{"and":[…]}`, `{"or":[…]}`, `{"not":…}`) or a condition (`{"field":…,"op":…,"value":…}`).
    mutating func node(_ json: AttributeValue, at path: String, depth: Int = 0) -> FilterNode? {
        guard depth <= FilterLimits.depth else { return refuse(path, "too_deep", "is nested more than \(FilterLimits.depth) deep") }
        guard case .object(let members) = json else { return refuse(path, "wrong_type", "must be an object") }
        let groups = ["and", "or", "not"].filter { members[$0] != nil }
        if members["field"] != nil || groups.isEmpty { return condition(members, at: path).map(FilterNode.condition) }
        guard let group = groups.first, members.count == 1 else {
            return refuse(path, "invalid", "must have one of and, or, not, and nothing beside it")
        }
        let inner = "\(path).\(group)"
        if group == "not" { return node(members["not"] ?? .null, at: inner, depth: depth + 1).map(FilterNode.not) }
        guard case .list(let elements) = members[group] else { return refuse(inner, "wrong_type", "must be an array") }
        guard elements.count <= FilterLimits.conditions else {
            return refuse(inner, "too_many", "has more than \(FilterLimits.conditions) elements")
        }
        var nodes: [FilterNode] = []
        for (index, element) in elements.enumerated() {
            if let node = node(element, at: "\(inner)[\(index)]", depth: depth + 1) { nodes.append(node) }
        }
        guard nodes.count == elements.count else { return nil }
        return group == "and" ? .and(nodes) : .or(nodes)
    }

    private mutating func condition(_ members: [String: AttributeValue], at path: String) -> FilterCondition? {
        conditions += 1
        guard conditions <= FilterLimits.conditions else {
            return conditions == FilterLimits.conditions + 1
                ? refuse(path, "too_many", "is one condition too many: at most \(FilterLimits.conditions)") : nil
        }
        for name in members.keys.sorted() where !["field", "op", "value"].contains(name) {
            check.add("\(path).\(name.prefix(100))", "unknown", "\(path).\(name.prefix(100)) is not a known field")
        }
        guard case .text(let fieldName) = members["field"] else { return refuse("\(path).field", "required", "is required") }
        guard let field = FilterField(fieldName) else {
            return refuse("\(path).field", "unknown", "is not a field that can be filtered by")
        }
        guard case .text(let operatorName) = members["op"] else { return refuse("\(path).op", "required", "is required") }
        let allowed = field.type.operators
        guard let comparison = FilterOperator(rawValue: operatorName), allowed.contains(comparison) else {
            return refuse("\(path).op", "invalid", "must be one of \(allowed.map(\.rawValue).joined(separator: ", ")) for \(field.text)")
        }
        let value = members["value"] ?? .null
        guard let read = self.value(value, field, comparison, at: "\(path).value") else { return nil }
        return FilterCondition(field, comparison, read)
    }

    // MARK: Values

    private mutating func value(
        _ json: AttributeValue,
        _ field: FilterField,
        _ comparison: FilterOperator,
        at path: String
    ) -> FilterValue? {
        if comparison.takesNoValue {
            guard json == .null else { return refuse(path, "invalid", "must be left out for \(comparison.rawValue)") }
            return FilterValue.none
        }
        switch (field.type, comparison) {
        case (_, .inLastDays), (_, .notInLastDays): return days(json, at: path)
        case (.boolean, _): return flag(json, at: path)
        case (.ids, _): return ids(json, at: path)
        case (.number, .between), (.attribute, .between): return numbers(json, at: path)
        case (.date, .between): return dates(json, at: path)
        case (_, .before), (_, .after): return date(json, at: path).map(FilterValue.date)
        case (.number, _), (_, .lessThan), (_, .atMost), (_, .moreThan), (_, .atLeast):
            return number(json, at: path).map(FilterValue.number)
        case (.attribute, .is), (.attribute, .isNot): return scalar(json, at: path)
        case (_, .anyOf), (_, .allOf), (_, .noneOf): return texts(json, field.words, at: path)
        default: return text(json, field.words, at: path).map(FilterValue.text)
        }
    }

    private mutating func text(_ json: AttributeValue, _ words: [String]?, at path: String) -> String? {
        guard case .text(let text) = json else { return refuse(path, "wrong_type", "must be a string") }
        guard !text.isEmpty else { return refuse(path, "required", "must not be empty") }
        guard !text.utf8.contains(0) else { return refuse(path, "invalid", "must not contain NUL") }
        guard text.unicodeScalars.count <= FilterLimits.text else {
            return refuse(path, "too_long", "is longer than \(FilterLimits.text) characters")
        }
        if let words, !words.contains(text) { return refuse(path, "invalid", "must be one of \(words.joined(separator: ", "))") }
        return text
    }

    private mutating func texts(_ json: AttributeValue, _ words: [String]?, at path: String) -> FilterValue? {
        elements(json, at: path) { parser, element, path in parser.text(element, words, at: path) }.map(FilterValue.texts)
    }

    private mutating func ids(_ json: AttributeValue, at path: String) -> FilterValue? {
        elements(json, at: path) { parser, element, path -> UUID? in
            guard case .text(let text) = element, let id = UUID(uuidString: text) else {
                return parser.refuse(path, "invalid", "must be a UUID")
            }
            return id
        }.map(FilterValue.ids)
    }

    /// The elements of an array; a single value counts as an array of one.
    private mutating func elements<Element>(
        _ json: AttributeValue,
        at path: String,
        _ read: (inout FilterParser, AttributeValue, String) -> Element?
    ) -> [Element]? {
        guard case .list(let values) = json else {
            if json == .null { return refuse(path, "required", "is required") }
            return read(&self, json, path).map { [$0] }
        }
        guard !values.isEmpty else { return refuse(path, "required", "must not be empty") }
        guard values.count <= FilterLimits.values else { return refuse(path, "too_many", "has more than \(FilterLimits.values) values") }
        var elements: [Element] = []
        for (index, value) in values.enumerated() {
            if let element = read(&self, value, "\(path)[\(index)]") { elements.append(element) }
        }
        return elements.count == values.count ? elements : nil
    }

    private mutating func number(_ json: AttributeValue, at path: String) -> Double? {
        guard case .number(let number) = json, number.isFinite else { return refuse(path, "wrong_type", "must be a number") }
        return number
    }

    private mutating func days(_ json: AttributeValue, at path: String) -> FilterValue? {
        guard case .number(let number) = json, let days = Int(exactly: number), 1...FilterLimits.days ~= days else {
            return refuse(path, "invalid", "must be a whole number of days from 1 to \(FilterLimits.days)")
        }
        return .days(days)
    }

    private mutating func flag(_ json: AttributeValue, at path: String) -> FilterValue? {
        guard case .boolean(let flag) = json else { return refuse(path, "wrong_type", "must be true or false") }
        return .flag(flag)
    }

    private mutating func date(_ json: AttributeValue, at path: String) -> FilterDate? {
        guard case .text(let text) = json, let date = FilterDate(text) else {
            return refuse(path, "invalid", "must be a day like 2026-01-31 or a time like 2026-01-31T08:00:00Z")
        }
        return date
    }

    private mutating func numbers(_ json: AttributeValue, at path: String) -> FilterValue? {
        guard let (low, high) = pair(json, at: path) else { return nil }
        guard let low = number(low, at: "\(path)[0]"), let high = number(high, at: "\(path)[1]") else { return nil }
        return .numbers(low, high)
    }

    private mutating func dates(_ json: AttributeValue, at path: String) -> FilterValue? {
        guard let (low, high) = pair(json, at: path) else { return nil }
        guard let low = date(low, at: "\(path)[0]"), let high = date(high, at: "\(path)[1]") else { return nil }
        return .dates(low, high)
    }

    private mutating func pair(_ json: AttributeValue, at path: String) -> (AttributeValue, AttributeValue)? {
        guard case .list(let values) = json, values.count == 2 else {
            return refuse(path, "wrong_type", "must be an array of two values, from and to")
        }
        return (values[0], values[1])
    }

    private mutating func scalar(_ json: AttributeValue, at path: String) -> FilterValue? {
        switch json {
        case .number: number(json, at: path).map(FilterValue.number)
        case .boolean(let flag): .flag(flag)
        default: text(json, nil, at: path).map(FilterValue.text)
        }
    }

    private mutating func refuse<Value>(_ path: String, _ code: String, _ message: String) -> Value? {
        check.add(path, code, "\(path) \(message)")
        return nil
    }
}
