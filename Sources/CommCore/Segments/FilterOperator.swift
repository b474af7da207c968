/// How a condition compares a field with its value.
package enum FilterOperator: String, Sendable, CaseIterable {
    case `is`
    case isNot = "is_not"
    case contains
    case notContains = "not_contains"
    case startsWith = "starts_with"
    case endsWith = "ends_with"
    case anyOf = "any_of"
    case allOf = "all_of"
    case noneOf = "none_of"
    case isEmpty = "is_empty"
    case isNotEmpty = "is_not_empty"
    case lessThan = "less_than"
    case atMost = "at_most"
    case moreThan = "more_than"
    case atLeast = "at_least"
    case between
    case before
    case after
    case inLastDays = "in_last_days"
    case notInLastDays = "not_in_last_days"

    /// Whether it stands without a value.
    var takesNoValue: Bool { self == .isEmpty || self == .isNotEmpty }
}
