import FoundationEssentials
import Postgres

/// The statements that bring a list's members in line with its filter.
///
/// Who left the list by an unsubscribe of their own stays in it as unsubscribed, whether the filter still means them or not.
struct ListFill: Sendable {
    let tenantID: UUID
    let listID: UUID
    let filter: RecipientFilter
    let now: Date

    /// Everybody at once.
    func addAll(_ search: RecipientSearch) -> SQL {
        """
        INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
        SELECT \(tenantID), \(listID), c.id, \(now) FROM contacts c
         WHERE c.tenant_id = \(tenantID) AND c.deleted_at IS NULL AND \(sql: search.condition) ORDER BY c.id
            ON CONFLICT (tenant_id, list_id, contact_id) DO NOTHING
        """
    }

    /// Those of a range of ids: beyond the first, up to the last (nil: all that follow).
    func add(after: UUID?, upTo: UUID?) -> SQL {
        """
        INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
        SELECT \(tenantID), \(listID), c.id, \(now) FROM contacts c
         WHERE c.tenant_id = \(tenantID) AND \(sql: Self.range("c.id", after, upTo)) AND c.deleted_at IS NULL
           AND \(sql: filter.condition(tenantID: tenantID, now: now)) ORDER BY c.id
            ON CONFLICT (tenant_id, list_id, contact_id) DO NOTHING
        """
    }

    /// Takes out the members of a range that the filter does not mean any more.
    func remove(after: UUID?, upTo: UUID?) -> SQL {
        """
        DELETE FROM list_contacts x
         WHERE x.tenant_id = \(tenantID) AND x.list_id = \(listID) AND x.status = 'active' AND \(sql: Self.range("x.contact_id", after, upTo))
           AND NOT EXISTS (SELECT FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.id = x.contact_id AND c.deleted_at IS NULL
                              AND \(sql: filter.condition(tenantID: tenantID, now: now)))
        """
    }

    /// The last contact of the next page; no row: there are no more than a page.
    static func pageEnd(tenantID: UUID, after: UUID?, size: Int) -> SQL {
        """
        SELECT id FROM contacts c WHERE c.tenant_id = \(tenantID) AND \(sql: range("c.id", after, nil)) ORDER BY id OFFSET \(size - 1) LIMIT 1
        """
    }

    /// The list is as it should be since this began.
    var finished: SQL {
        """
        UPDATE lists SET refreshed_at = coalesce(refresh_started_at, \(now)), refresh_started_at = NULL, refresh_after = NULL
         WHERE tenant_id = \(tenantID) AND id = \(listID)
        """
    }

    private static func range(_ column: SQL, _ after: UUID?, _ upTo: UUID?) -> SQL {
        let lower: SQL = after.map { "\(sql: column) > \($0)" } ?? "true"
        let upper: SQL = upTo.map { "\(sql: column) <= \($0)" } ?? "true"
        return "\(sql: lower) AND \(sql: upper)"
    }
}
