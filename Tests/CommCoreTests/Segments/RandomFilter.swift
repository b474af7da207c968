import Foundation

@testable import CommCore

/// Random rule trees over few values, so that conditions often hold.
struct RandomFilter {
    let ids: [UUID]

    static let words = ["a", "B", "ab", "Ona", "ž", "%", "_", "a\\b"]
    static let days = ["2026-09-01", "2026-09-20", "2026-09-21T10:00:00.000Z", "2026-09-25"]

    func node(depth: Int, _ random: inout some RandomNumberGenerator) -> FilterNode {
        guard depth > 0, Int.random(in: 0..<3, using: &random) > 0 else { return .condition(condition(&random)) }
        let nodes = (0..<Int.random(in: 0...3, using: &random)).map { _ in node(depth: depth - 1, &random) }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .and(nodes)
        case 1: return .or(nodes)
        default: return .not(node(depth: depth - 1, &random))
        }
    }

    func condition(_ random: inout some RandomNumberGenerator) -> FilterCondition {
        let field: FilterField =
            Int.random(in: 0..<8, using: &random) == 0
            ? .attribute(pick(["city", "age", "day", "flag", "none"], &random)) : .named(pick(FilterField.Name.allCases, &random))
        let comparison = pick(field.type.operators, &random)
        return FilterCondition(field, comparison, value(field, comparison, &random))
    }

    private func value(_ field: FilterField, _ comparison: FilterOperator, _ random: inout some RandomNumberGenerator) -> FilterValue {
        if comparison.takesNoValue { return .none }
        let words = field.words ?? (field == .named(.suppressionReason) ? ["bounce", "unsubscribe", "manual"] : Self.words)
        switch (field.type, comparison) {
        case (_, .inLastDays), (_, .notInLastDays): return .days(Int.random(in: 1...10, using: &random))
        case (.boolean, _): return .flag(Bool.random(using: &random))
        case (.ids, _): return .ids(some(ids, &random))
        case (.number, .between), (.attribute, .between): return .numbers(Double(Int.random(in: 0...2, using: &random)), 2.5)
        case (.date, .between): return .dates(day(&random), day(&random))
        case (_, .before), (_, .after): return .date(day(&random))
        case (.number, _), (_, .lessThan), (_, .atMost), (_, .moreThan), (_, .atLeast):
            return .number(Double(Int.random(in: 0...3, using: &random)))
        case (.attribute, .is), (.attribute, .isNot):
            return pick([.number(2), .flag(true), .text(pick(words, &random))], &random)
        case (_, .anyOf), (_, .allOf), (_, .noneOf): return .texts(some(words, &random))
        default: return .text(pick(words, &random))
        }
    }

    private func day(_ random: inout some RandomNumberGenerator) -> FilterDate {
        pick(Self.days.compactMap(FilterDate.init), &random)
    }

    private func some<Element>(_ elements: [Element], _ random: inout some RandomNumberGenerator) -> [Element] {
        (0...Int.random(in: 0...1, using: &random)).map { _ in pick(elements, &random) }
    }

    private func pick<Element>(_ elements: [Element], _ random: inout some RandomNumberGenerator) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }
}
