import FoundationEssentials

/// What a condition compares with, in the type that field and operator want.
package enum FilterValue: Sendable, Hashable {
    case none
    case text(String)
    case texts([String])
    case number(Double)
    case numbers(Double, Double)
    case date(FilterDate)
    case dates(FilterDate, FilterDate)
    case days(Int)
    case flag(Bool)
    case ids([UUID])
}

extension FilterValue {
    /// As JSON, nil where there is none.
    var json: AttributeValue? {
        switch self {
        case .none: nil
        case .text(let text): .text(text)
        case .texts(let texts): .list(texts.map(AttributeValue.text))
        case .number(let number): .number(number)
        case .numbers(let low, let high): .list([.number(low), .number(high)])
        case .date(let date): .text(date.text)
        case .dates(let low, let high): .list([.text(low.text), .text(high.text)])
        case .days(let days): .number(Double(days))
        case .flag(let flag): .boolean(flag)
        case .ids(let ids): .list(ids.map { .text($0.uuidString.lowercased()) })
        }
    }
}
