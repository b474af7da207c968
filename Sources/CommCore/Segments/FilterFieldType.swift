/// What kind of value a field has, which decides the operators it can be asked with.
package enum FilterFieldType: String, Sendable, CaseIterable {
    /// Free text; its parts are compared without regard to case.
    case text
    /// One of few words.
    case keyword
    case number
    case date
    case boolean
    /// Several words: tags.
    case words
    /// Things with ids: lists, campaigns.
    case ids
    /// An attribute, whose type is that of its value.
    case attribute

    /// What a field of the type can be asked.
    package var operators: [FilterOperator] {
        switch self {
        case .text:
            [.is, .isNot, .contains, .notContains, .startsWith, .endsWith, .anyOf, .noneOf, .isEmpty, .isNotEmpty]
        case .keyword: [.is, .isNot, .anyOf, .noneOf, .isEmpty, .isNotEmpty]
        case .number: [.is, .isNot, .lessThan, .atMost, .moreThan, .atLeast, .between]
        case .date: [.before, .after, .between, .inLastDays, .notInLastDays, .isEmpty, .isNotEmpty]
        case .boolean: [.is]
        case .words: [.anyOf, .allOf, .noneOf, .isEmpty, .isNotEmpty]
        case .ids: [.anyOf, .allOf, .noneOf]
        case .attribute: Self.text.operators + Self.number.operators.filter { $0 != .is && $0 != .isNot } + [.before, .after]
        }
    }
}
