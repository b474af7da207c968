import FoundationEssentials
import Postgres

/// A list of contacts that campaigns are sent to.
package struct ContactList: Sendable, Equatable, Identifiable {
    package let id: UUID
    package let name: String
    package let description: String?
    package let type: ListType
    /// The filter that a smart list was made of.
    package let filterDefinition: PostgresJSON?
    package let createdAt: Date
    /// Whether people see it in the preference centre and may leave it there by themselves.
    package let isPublic: Bool
    /// What people read there; the list's own name when there is none.
    package let publicName: String?
}

extension ContactList {
    /// The columns that `init(row:)` reads, of the table under the alias `l`.
    static let columns: SQL = "l.id, l.name, l.description, l.type, l.filter_definition, l.created_at, l.is_public, l.public_name"

    init(row: PostgresRow) throws {
        id = try row.get("id")
        name = try row.get("name")
        description = try row.get("description")
        type = try row.get("type")
        filterDefinition = try row.get("filter_definition")
        createdAt = try row.get("created_at")
        isPublic = try row.get("is_public")
        publicName = try row.get("public_name")
    }
}

/// A list and how many contacts are in it.
package struct ListSummary: Sendable, Equatable {
    package let list: ContactList
    package let contactCount: Int64
}
