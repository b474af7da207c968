import FoundationEssentials
import Postgres

/// Projection: people who left some lists only, or want to hear nothing for a while, and those who took it back.
struct PartialSubscriptions {
    private let lists: [Event]
    private let pauses: [Event]

    init(events: [Event]) {
        let changes = events.filter { $0.contactID != nil && [.unsubscribed, .resubscribed].contains($0.type) }
        lists = changes.filter { if case .lists = $0.scope { true } else { false } }
        pauses = changes.filter { if case .pause = $0.scope { true } else { false } }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        if !lists.isEmpty { try await moveLists(on: connection) }
        let begun = pauses.filter { $0.type == .unsubscribed }
        if !begun.isEmpty { try await pause(begun, on: connection, now: now) }
        let ended = pauses.filter { $0.type == .resubscribed }
        if !ended.isEmpty { try await resume(ended, on: connection) }
    }

    private func moveLists(on connection: PostgresConnection) async throws {
        var rows: [(tenantID: UUID, contactID: UUID?, listID: UUID, status: String)] = []
        for event in lists {
            guard case .lists(let ids) = event.scope else { continue }
            let status = event.type == .unsubscribed ? "unsubscribed" : "active"
            rows += ids.map { (event.tenantID, event.contactID, $0, status) }
        }
        try await connection.execute(
            """
            UPDATE list_contacts m SET status = e.status
            FROM (SELECT unnest(\(rows.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(rows.map(\.contactID))::uuid[]) AS contact_id,
                         unnest(\(rows.map(\.listID))::uuid[]) AS list_id, unnest(\(rows.map(\.status))::text[]) AS status) e
            WHERE m.tenant_id = e.tenant_id AND m.list_id = e.list_id AND m.contact_id = e.contact_id AND m.status <> e.status
            """
        )
    }

    /// A pause is a suppression that ends; it never shortens or replaces one that lasts.
    private func pause(_ events: [Event], on connection: PostgresConnection, now: Date) async throws {
        let until = events.map { event -> Date? in if case .pause(let until) = event.scope { until } else { nil } }
        let rows: SQL = """
            (SELECT DISTINCT ON (c.tenant_id, c.email_norm) c.tenant_id, t.motorical_account_id, c.email, c.email_norm, e.source, e.event_id,
                    e.until
             FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id,
                          unnest(\(events.map(\.contactID))::uuid[]) AS contact_id,
                          unnest(\(events.map(\.id))::uuid[]) AS event_id, unnest(\(events.map(\.source))::text[]) AS source,
                          unnest(\(until)::timestamptz[]) AS until) e
             JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
             JOIN tenants t ON t.tenant_id = e.tenant_id
             ORDER BY c.tenant_id, c.email_norm, e.until DESC)
            """
        try await connection.execute(
            """
            UPDATE suppressions s SET reason = 'pause', source = e.source, event_id = e.event_id, expires_at = e.until
            FROM \(sql: rows) e
            WHERE s.tenant_id = e.tenant_id AND s.email_norm = e.email_norm AND s.scope = 'all'
              AND (s.reason = 'pause' OR s.expires_at <= \(now))
            """
        )
        try await connection.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, event_id, created_at,
                                      expires_at)
            SELECT e.tenant_id, gen_random_uuid(), e.motorical_account_id, e.email, e.email_norm, 'pause', e.source, e.event_id,
                   \(now)::timestamptz, e.until
            FROM \(sql: rows) e
            ON CONFLICT DO NOTHING
            """
        )
    }

    private func resume(_ events: [Event], on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            DELETE FROM suppressions s USING contacts c,
                (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(events.map(\.contactID))::uuid[]) AS contact_id) e
            WHERE c.tenant_id = e.tenant_id AND c.id = e.contact_id
              AND s.tenant_id = c.tenant_id AND s.email_norm = c.email_norm AND s.scope = 'all'
              AND s.reason = 'pause'
            """
        )
    }
}
