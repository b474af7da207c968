import FoundationEssentials
import Postgres

/// A filter that a tenant has given a name.
package struct SavedFilter: Sendable, Equatable, Identifiable {
    package let id: UUID
    package let name: String
    package let filter: RecipientFilter
    package let createdAt: Date
    package let updatedAt: Date

    static let columns: SQL = "f.id, f.name, f.filter, f.created_at, f.updated_at"

    init(row: PostgresRow) throws {
        id = try row.get("id")
        name = try row.get("name")
        filter = try RecipientFilter(stored: row.get("filter"))
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
    }
}
