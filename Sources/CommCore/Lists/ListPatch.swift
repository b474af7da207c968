import FoundationEssentials
import Postgres

/// What is to change about a list; nil leaves as it is, an empty text takes away.
package struct ListPatch: Sendable, Equatable {
    package var name: String?
    package var description: String?
    package var isPublic: Bool?
    package var publicName: String?

    package init(name: String? = nil, description: String? = nil, isPublic: Bool? = nil, publicName: String? = nil) {
        (self.name, self.description, self.isPublic, self.publicName) = (name, description, isPublic, publicName)
    }
}

extension ListRepository {
    /// Changes what is given.
    ///
    /// - Throws: `ContactError` with `notFound` or `invalid`.
    package func update(tenantID: UUID, id: UUID, _ patch: ListPatch) async throws -> ContactList {
        var check = FieldCheck()
        Self.check(name: patch.name, description: patch.description, publicName: patch.publicName, &check)
        guard check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        let rows = try await client.query(
            """
            UPDATE lists l SET name = coalesce(\(patch.name), l.name), is_public = coalesce(\(patch.isPublic), l.is_public),
                   description = CASE WHEN \(patch.description)::text IS NULL THEN l.description ELSE nullif(\(patch.description), '') END,
                   public_name = CASE WHEN \(patch.publicName)::text IS NULL THEN l.public_name ELSE nullif(\(patch.publicName), '') END
             WHERE l.tenant_id = \(tenantID) AND l.id = \(id) AND l.deleted_at IS NULL
            RETURNING \(sql: ContactList.columns)
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw ContactError.listNotFound }
        return try ContactList(row: row)
    }
}
