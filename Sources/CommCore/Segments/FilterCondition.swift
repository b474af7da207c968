/// One comparison of a filter; the parser makes only those that make sense.
package struct FilterCondition: Sendable, Hashable {
    package let field: FilterField
    package let comparison: FilterOperator
    package let value: FilterValue

    package init(_ field: FilterField, _ comparison: FilterOperator, _ value: FilterValue = .none) {
        self.field = field
        self.comparison = comparison
        self.value = value
    }

    /// As JSON: `{"field":…,"op":…,"value":…}`.
    var json: AttributeValue {
        var members: [String: AttributeValue] = ["field": .text(field.text), "op": .text(comparison.rawValue)]
        members["value"] = value.json
        return .object(members)
    }
}
