import FoundationEssentials
import Postgres

/// A person or company that a tenant can mail.
package struct Contact: Sendable, Equatable, Identifiable {
    package let id: UUID
    /// As it was first written.
    package let email: String
    package let name: String?
    package let phone: String?
    package let identityType: IdentityType?
    package let identityName: String?
    /// A language tag such as `lt` or `pt-BR`.
    package let language: String?
    /// What made the contact, such as `api` or `import`.
    package let source: String
    package let status: ContactStatus
    package let qualityIndex: Int
    package let attributes: [String: AttributeValue]
    package let createdAt: Date
    package let updatedAt: Date
}

extension Contact {
    /// The columns that `init(row:)` reads, of the table under the alias `c`.
    static let columns: SQL = """
        c.id, c.email, c.name, c.phone, c.identity_type, c.identity_name, c.language, c.source, c.status, c.quality_index,
        c.attributes, c.created_at, c.updated_at
        """

    init(row: PostgresRow) throws {
        id = try row.get("id")
        email = try row.get("email")
        name = try row.get("name")
        phone = try row.get("phone")
        identityType = try row.get("identity_type")
        identityName = try row.get("identity_name")
        language = try row.get("language")
        source = try row.get("source")
        status = try row.get("status")
        qualityIndex = try Int(row.get("quality_index", as: Int16.self))
        attributes = try row.get("attributes", as: PostgresJSON.self).decode([String: AttributeValue].self).filter { $0.value != .null }
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
    }
}
