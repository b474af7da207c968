import FoundationEssentials
import Postgres

/// Whether people may see a list and leave it by themselves, and under which name.
package struct ListVisibility: Sendable, Equatable {
    package let listID: UUID
    package let name: String
    package let isPublic: Bool
    /// What people read; the list's own name when there is none.
    package let publicName: String?
}

extension ListRepository {
    private static let longestPublicName = 200

    /// Changes what is given; an empty name takes the public one away.
    ///
    /// - Throws: `ContactError` with `notFound` or `invalid`.
    package func setVisibility(tenantID: UUID, id: UUID, isPublic: Bool?, publicName: String?) async throws -> ListVisibility {
        var check = FieldCheck()
        check.line("public_name", publicName, limit: Self.longestPublicName)
        guard check.problems.isEmpty else { throw ContactError.invalid(check.problems) }
        let rows = try await client.query(
            """
            UPDATE lists SET is_public = coalesce(\(isPublic), is_public),
                             public_name = CASE WHEN \(publicName)::text IS NULL THEN public_name ELSE nullif(\(publicName), '') END
             WHERE tenant_id = \(tenantID) AND id = \(id) AND deleted_at IS NULL
            RETURNING name, is_public, public_name
            """,
            tenant: tenantID
        )
        guard let row = rows.first else { throw ContactError.listNotFound }
        return ListVisibility(
            listID: id,
            name: try row.get("name"),
            isPublic: try row.get("is_public"),
            publicName: try row.get("public_name")
        )
    }
}
