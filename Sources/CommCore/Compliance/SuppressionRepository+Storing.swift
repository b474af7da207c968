import FoundationEssentials
import Postgres

extension SuppressionRepository {
    /// Writes entries, by sets; those that are on the list already keep their reason, the later end counts.
    static func store(
        _ entries: [CheckedSuppression],
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Stored {
        guard !entries.isEmpty else { return Stored() }
        let given = given(entries)
        // People before their suppressions, as everywhere: triggers bring the entries to the contacts.
        try await lockContacts(of: entries.map(\.key), tenantID: tenantID, on: connection)
        try await connection.execute(
            """
            DELETE FROM suppressions x USING (\(sql: given)) g
             WHERE x.tenant_id = \(tenantID) AND x.email_norm = g.key AND x.scope = g.scope
               AND x.list_id IS NOT DISTINCT FROM g.list_id AND x.expires_at <= \(now)
            """
        )
        let written = try await connection.query(
            """
            INSERT INTO suppressions AS x
                   (tenant_id, id, motorical_account_id, email, email_norm, scope, list_id, reason, source, note, created_at, expires_at)
            SELECT t.tenant_id, gen_random_uuid(), t.motorical_account_id, g.email, g.key, g.scope, g.list_id, g.reason, g.source, g.note,
                   \(now), g.expires_at
              FROM (\(sql: given)) g JOIN tenants t ON t.tenant_id = \(tenantID)
             ORDER BY g.key
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE
               SET expires_at = CASE WHEN excluded.expires_at IS NULL THEN NULL ELSE greatest(x.expires_at, excluded.expires_at) END
             WHERE x.expires_at < coalesce(excluded.expires_at, 'infinity')
            RETURNING x.xmax = 0 AS is_new
            """
        )
        let added = try written.count { try $0.get("is_new") as Bool }
        return Stored(added: added, contactsUpdated: try await unsubscribe(entries, tenantID: tenantID, now: now, on: connection))
    }

    /// Locks the contacts of these addresses, in the order in which imports and bulk operations lock.
    static func lockContacts(of addresses: [String], tenantID: UUID, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            SELECT FROM contacts c WHERE c.tenant_id = \(tenantID) AND c.email_norm = ANY(\(addresses)::text[])
             ORDER BY c.email_norm COLLATE "C" FOR NO KEY UPDATE
            """
        )
    }

    /// Contacts to whom nothing may be sent for ever become unsubscribed.
    private static func unsubscribe(
        _ entries: [CheckedSuppression],
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Int {
        let addresses = entries.filter { $0.scope == .all && $0.expiresAt == nil }.map(\.key)
        guard !addresses.isEmpty else { return 0 }
        return try await connection.execute(
            """
            UPDATE contacts SET status = 'unsubscribed', updated_at = \(now)
             WHERE tenant_id = \(tenantID) AND email_norm = ANY(\(addresses)::text[]) AND status = 'active'
            """
        )
    }

    /// The entries as rows, each key once: the first counts.
    private static func given(_ entries: [CheckedSuppression]) -> SQL {
        """
        SELECT DISTINCT ON (key, scope, list_id) * FROM (
            SELECT unnest(\(entries.map(\.key))::text[]) AS key, unnest(\(entries.map(\.email))::text[]) AS email,
                   unnest(\(entries.map(\.scope.rawValue))::text[]) AS scope, unnest(\(entries.map(\.listID))::uuid[]) AS list_id,
                   unnest(\(entries.map(\.reason))::text[]) AS reason, unnest(\(entries.map(\.source))::text[]) AS source,
                   unnest(\(entries.map(\.note))::text[]) AS note, unnest(\(entries.map(\.expiresAt))::timestamptz[]) AS expires_at,
                   generate_subscripts(\(entries.map(\.key))::text[], 1) AS place) e
        ORDER BY key, scope, list_id, place
        """
    }
}
