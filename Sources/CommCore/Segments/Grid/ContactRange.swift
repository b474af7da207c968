import Postgres

/// From where on contacts are read, in the order of ids.
struct ContactRange: Sendable {
    /// All of them.
    static let whole = ContactRange(beyond: nil, isDescending: false)

    /// The id after which they begin.
    let beyond: String?
    let isDescending: Bool

    /// What stands behind a condition, about a column of ids.
    func rest(_ column: SQL) -> SQL {
        guard let beyond else { return "" }
        return " AND \(sql: column) \(raw: isDescending ? "<" : ">") \(beyond)::text::uuid"
    }

    var order: SQL { isDescending ? "DESC" : "ASC" }
}
