/// A rule tree: conditions joined by and, or, not.
package indirect enum FilterNode: Sendable, Hashable {
    /// All of them hold; of none: always.
    case and([FilterNode])
    /// At least one holds; of none: never.
    case or([FilterNode])
    case not(FilterNode)
    case condition(FilterCondition)

    /// As JSON, in the shape that the parser reads.
    var json: AttributeValue {
        switch self {
        case .and(let nodes): .object(["and": .list(nodes.map(\.json))])
        case .or(let nodes): .object(["or": .list(nodes.map(\.json))])
        case .not(let node): .object(["not": node.json])
        case .condition(let condition): condition.json
        }
    }

    /// Every condition in it.
    var conditions: [FilterCondition] {
        switch self {
        case .and(let nodes), .or(let nodes): nodes.flatMap(\.conditions)
        case .not(let node): node.conditions
        case .condition(let condition): [condition]
        }
    }

    /// The tree without a condition that is required of everything.
    func without(_ condition: FilterCondition) -> FilterNode {
        switch self {
        case .and(let nodes): .and(nodes.map { $0.without(condition) })
        case .condition(condition): .and([])
        case .or, .not, .condition: self
        }
    }

    /// Conditions that hold for whatever the whole tree holds for.
    var required: [FilterCondition] {
        switch self {
        case .and(let nodes): nodes.flatMap(\.required)
        case .condition(let condition): [condition]
        case .or, .not: []
        }
    }
}
