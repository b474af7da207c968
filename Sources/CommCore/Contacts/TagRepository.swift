import FoundationEssentials
import Postgres

/// A tag and how many contacts have it.
package struct TagCount: Sendable, Equatable {
    package let tag: String
    package let contacts: Int

    package init(tag: String, contacts: Int) {
        (self.tag, self.contacts) = (tag, contacts)
    }
}

/// The tags of a tenant with their counts, from sums that are kept, never by counting contacts.
package struct TagRepository: Sendable {
    private static let fold = 50_000

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Every tag that somebody has, by name.
    ///
    /// - Parameter prefix: only those that begin so.
    package func list(tenantID: UUID, prefix: String? = nil) async throws -> [TagCount] {
        let beginning: SQL = prefix.map { "AND starts_with(tag, \($0))" } ?? ""
        return try await client.query(
            """
            SELECT tag, sum(contacts)::bigint AS contacts
              FROM (SELECT tag, contacts FROM contact_tag_counts WHERE tenant_id = \(tenantID)
                    UNION ALL SELECT tag, change FROM contact_tag_changes WHERE tenant_id = \(tenantID)) AS counts
             WHERE true \(sql: beginning)
             GROUP BY tag HAVING sum(contacts) > 0 ORDER BY tag COLLATE "C"
            """,
            tenant: tenantID
        ).map { TagCount(tag: try $0.get("tag"), contacts: try $0.get("contacts")) }
    }

    /// Adds changes up to the sums.
    ///
    /// - Returns: whether there may be more.
    package func foldChanges() async throws -> Bool {
        try await client.withTransaction { connection in
            let folded = try await connection.query(
                """
                WITH taken AS (
                    DELETE FROM contact_tag_changes c USING (
                        SELECT tenant_id, id FROM contact_tag_changes LIMIT \(Self.fold) FOR UPDATE SKIP LOCKED) AS next
                     WHERE c.tenant_id = next.tenant_id AND c.id = next.id
                    RETURNING c.tenant_id, c.tag, c.change
                ), added AS (
                    INSERT INTO contact_tag_counts AS k (tenant_id, tag, contacts)
                    SELECT tenant_id, tag, sum(change) FROM taken GROUP BY tenant_id, tag ORDER BY tenant_id, tag
                        ON CONFLICT (tenant_id, tag) DO UPDATE SET contacts = k.contacts + excluded.contacts
                )
                SELECT count(*) AS n FROM taken
                """
            )
            let count: Int = try folded.one { try $0.get("n") }
            if count > 0 { try await connection.execute("DELETE FROM contact_tag_counts WHERE contacts = 0") }
            return count == Self.fold
        }
    }
}
