import FoundationEssentials
import Postgres

/// What the planner thinks of a counting statement: its cost, and how many rows there are without its limit.
struct PlanEstimate: Sendable {
    let cost: Double
    let rows: Int64

    private struct Document: Decodable {
        let plan: Node

        enum CodingKeys: String, CodingKey {
            case plan = "Plan"
        }
    }

    private struct Node: Decodable {
        let nodeType: String
        let totalCost: Double
        let planRows: Double
        let plans: [Node]?

        enum CodingKeys: String, CodingKey {
            case nodeType = "Node Type"
            case totalCost = "Total Cost"
            case planRows = "Plan Rows"
            case plans = "Plans"
        }

        /// What the limit is put on.
        var limited: Node? {
            if nodeType == "Limit" { return plans?.first }
            return plans?.lazy.compactMap(\.limited).first
        }
    }

    /// Asks the planner; nothing is executed.
    static func of(_ statement: SQL, on connection: PostgresConnection) async throws -> PlanEstimate {
        let rows = try await connection.query("EXPLAIN (FORMAT JSON) \(sql: statement)")
        let json: PostgresJSON = try rows.one { try $0.get(0) }
        guard let plan = try json.decode([Document].self).first?.plan else { return PlanEstimate(cost: .infinity, rows: 0) }
        return PlanEstimate(cost: plan.totalCost, rows: Int64((plan.limited ?? plan).planRows))
    }
}
