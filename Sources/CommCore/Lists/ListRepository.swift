import FoundationEssentials
import Postgres

/// The lists of a tenant.
///
/// A deleted list is hidden, not destroyed.
package struct ListRepository: Sendable {
    private static let longestName = 200
    private static let longestDescription = 2_000

    let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Makes a list; without a type it is a `user` list.
    ///
    /// `ContactError.invalid` names every field that cannot be stored.
    package func create(
        tenantID: UUID,
        name: String?,
        description: String? = nil,
        type: String? = nil,
        isPublic: Bool? = nil,
        publicName: String? = nil
    ) async throws -> ContactList {
        let type = try Self.check(name: name, description: description, type: type, publicName: publicName)
        let now = time.now
        let rows = try await client.query(
            """
            INSERT INTO lists AS l (tenant_id, id, name, description, type, created_at, is_public, public_name)
            VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(name), \(description), \(type), \(now), \(isPublic ?? false),
                    nullif(\(publicName)::text, ''))
            RETURNING \(sql: ContactList.columns)
            """,
            tenant: tenantID
        )
        return try rows.one(ContactList.init(row:))
    }

    /// All lists with their sizes: by type in descending order, then the newest first.
    ///
    /// Members are counted in the memberships' index, and the few that are in the recycle bin taken off.
    package func list(tenantID: UUID) async throws -> [ListSummary] {
        try await client.query(Self.summaries(tenantID), tenant: tenantID).map(ListSummary.init(row:))
    }

    /// One list with its size; `ContactError.notFound` when the tenant has none of that id.
    package func summary(tenantID: UUID, id: UUID) async throws -> ListSummary {
        guard let row = try await client.query(Self.summaries(tenantID, only: id), tenant: tenantID).first else {
            throw ContactError.listNotFound
        }
        return try ListSummary(row: row)
    }

    private static func summaries(_ tenantID: UUID, only id: UUID? = nil) -> SQL {
        let ofList: SQL = id.map { "AND x.list_id = \($0)" } ?? ""
        let wanted: SQL = id.map { "AND l.id = \($0)" } ?? ""
        return """
            SELECT \(sql: ContactList.columns), coalesce(m.contacts, 0) - coalesce(d.contacts, 0) AS contacts
              FROM lists l
              LEFT JOIN (SELECT x.list_id, count(*) AS contacts FROM list_contacts x
                          WHERE x.tenant_id = \(tenantID) \(sql: ofList) GROUP BY x.list_id) m
                ON m.list_id = l.id
              LEFT JOIN (SELECT x.list_id, count(*) AS contacts
                           FROM contacts c JOIN list_contacts x ON x.tenant_id = \(tenantID) AND x.contact_id = c.id \(sql: ofList)
                          WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NOT NULL GROUP BY x.list_id) d
                ON d.list_id = l.id
             WHERE l.tenant_id = \(tenantID) AND l.deleted_at IS NULL \(sql: wanted)
             ORDER BY l.type DESC, l.created_at DESC, l.id DESC
            """
    }

    /// One list; `ContactError.notFound` when the tenant has none of that id.
    package func get(tenantID: UUID, id: UUID) async throws -> ContactList {
        let rows = try await client.query(
            "SELECT \(sql: ContactList.columns) FROM lists l WHERE l.tenant_id = \(tenantID) AND l.id = \(id) AND l.deleted_at IS NULL",
            tenant: tenantID
        )
        guard let row = rows.first else { throw ContactError.listNotFound }
        return try ContactList(row: row)
    }

    /// Hides a list; `ContactError.notFound` when the tenant has none of that id.
    package func delete(tenantID: UUID, id: UUID) async throws {
        guard try await delete(tenantID: tenantID, ids: [id]) == 1 else { throw ContactError.listNotFound }
    }

    /// Hides lists; ids that are not the tenant's are passed over.
    ///
    /// Returns how many there were.
    @discardableResult
    package func delete(tenantID: UUID, ids: [UUID]) async throws -> Int {
        try await client.query(
            """
            UPDATE lists SET deleted_at = \(time.now)
             WHERE tenant_id = \(tenantID) AND id = ANY(\(ids)) AND deleted_at IS NULL
            """,
            tenant: tenantID
        ).affected
    }

    private static func check(name: String?, description: String?, type: String?, publicName: String?) throws -> ListType {
        var check = FieldCheck()
        Self.check(name: name ?? "", description: description, publicName: publicName, &check)
        let known = type.map(ListType.init(rawValue:)) ?? .user
        if known == nil {
            check.add("type", "invalid", "type must be one of \(ListType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let known, check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        return known
    }

    /// Notes what cannot be stored; nil stands for what is not given.
    static func check(name: String?, description: String?, publicName: String?, _ check: inout FieldCheck) {
        if let name, FieldCheck.isBlank(name) {
            check.add(FieldProblem(field: "name", code: "required", message: "name required"))
        }
        check.line("name", name, limit: longestName)
        check.line("public_name", publicName, limit: longestName)
        check.text("description", description)
        if let description, description.unicodeScalars.count > longestDescription {
            check.add("description", "too_long", "description is longer than \(longestDescription) characters")
        }
    }
}

extension ListSummary {
    fileprivate init(row: PostgresRow) throws {
        (list, contactCount) = (try ContactList(row: row), try row.get("contacts"))
    }
}
