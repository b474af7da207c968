import FoundationEssentials
import Postgres

/// Takes contacts that go for good out of what was sent, what came back, and the logs of bulk operations; statistics keep what they are
/// counted by.
enum ContactForgetting {
    /// Types of events of which a person's latest is counted from the events, and not from the contact's columns.
    static let rareTypes = "'bounced', 'complained', 'unsubscribed', 'resubscribed', 'failed', 'blocked', 'deferred'"

    /// Forgets contacts, which are locked and still there; the caller deletes them in the same transaction.
    static func forget(_ ids: [UUID], tenantID: UUID, on connection: PostgresConnection) async throws {
        guard !ids.isEmpty else { return }
        _ = try await connection.pipeline([
            keepReach(ofContacts: ids, tenantID: tenantID),
            keepReach(ofEventsOf: ids, tenantID: tenantID),
            """
            UPDATE email_events SET contact_id = NULL, joined_on = comm_id_day(contact_id)
             WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])
            """,
            """
            UPDATE delivery_events SET contact_id = NULL, joined_on = comm_id_day(contact_id)
             WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])
            """,
            "DELETE FROM bulk_operation_items WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[])",
        ])
    }

    /// Adds people's latest events, as their contacts have them, to those of the departed.
    static func keepReach(ofContacts ids: [UUID], tenantID: UUID) -> SQL {
        add(
            """
            SELECT k.kind, k.at FROM contacts c
             CROSS JOIN LATERAL (VALUES ('queued', c.last_sent_at), ('delivered', c.last_delivered_at), ('opened', c.last_opened_at),
                                        ('clicked', c.last_clicked_at)) AS k (kind, at)
             WHERE c.tenant_id = \(tenantID) AND c.id = ANY(\(ids)::uuid[]) AND k.at IS NOT NULL
            """,
            tenantID
        )
    }

    /// The same for events of which contacts have no column.
    static func keepReach(ofEventsOf ids: [UUID], tenantID: UUID) -> SQL {
        add(
            """
            SELECT type AS kind, max(occurred_at) AS at FROM email_events
             WHERE tenant_id = \(tenantID) AND contact_id = ANY(\(ids)::uuid[]) AND type IN (\(raw: rareTypes))
             GROUP BY type, contact_id
            """,
            tenantID
        )
    }

    /// - Parameter latest: rows of a kind and a time.
    private static func add(_ latest: SQL, _ tenantID: UUID) -> SQL {
        """
        INSERT INTO departed_reach AS d (tenant_id, kind, bucket_at, total)
        SELECT \(tenantID), l.kind, comm_quarter(l.at), count(*) FROM (\(sql: latest)) AS l
         GROUP BY l.kind, comm_quarter(l.at) ORDER BY 2, 3
        ON CONFLICT (tenant_id, kind, bucket_at) DO UPDATE SET total = d.total + excluded.total
        """
    }
}
