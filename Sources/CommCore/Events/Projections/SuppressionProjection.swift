import FoundationEssentials
import Postgres

/// Projection: unsubscribes, complaints and hard bounces suppress the address and set the contact's status.
///
/// Statuses form an order, complained over unsubscribed over bounced over active, and only ever rise; the one way down is
/// ``EventType/resubscribed``, which the person asks for. So `delivered` never undoes `bounced`, in whatever order they arrive.
struct SuppressionProjection {
    private let rising: [(event: Event, status: String, reason: String)]
    private let resubscribed: [Event]

    init(events: [Event]) {
        rising = events.compactMap { event in
            guard event.contactID != nil else { return nil }
            switch event.type {
            case .unsubscribed where event.scope == .all: return (event, "unsubscribed", "unsubscribe")
            case .complained: return (event, "complained", "complaint")
            case .bounced where event.bounceKind == .hard, .blocked where event.bounceKind == .hard: return (event, "bounced", "bounce")
            default: return nil
            }
        }
        resubscribed = events.filter { $0.type == .resubscribed && $0.scope == .all && $0.contactID != nil }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        if !rising.isEmpty { try await raise(on: connection, now: now) }
        if !resubscribed.isEmpty { try await lower(on: connection, now: now) }
    }

    private func raise(on connection: PostgresConnection, now: Date) async throws {
        let facts: SQL = """
            SELECT DISTINCT ON (f.tenant_id, f.contact_id) f.*,
                   CASE f.status WHEN 'complained' THEN 3 WHEN 'unsubscribed' THEN 2 ELSE 1 END AS rank
            FROM (SELECT unnest(\(rising.map(\.event.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(rising.map(\.event.contactID))::uuid[]) AS contact_id,
                         unnest(\(rising.map(\.event.id))::uuid[]) AS event_id,
                         unnest(\(rising.map(\.event.source))::text[]) AS source,
                         unnest(\(rising.map(\.status))::text[]) AS status,
                         unnest(\(rising.map(\.reason))::text[]) AS reason) f
            ORDER BY f.tenant_id, f.contact_id, 7 DESC
            """
        try await connection.execute(
            """
            WITH facts AS (\(sql: facts))
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, landing_variant, event_id,
                                      created_at)
            SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, f.reason, f.source,
                   CASE WHEN f.reason = 'unsubscribe'
                        THEN CASE WHEN f.source IN ('link', 'one_click') THEN coalesce(o.unsubscribe_mode, 'customer') ELSE 'customer' END END,
                   f.event_id, \(now)
            FROM facts f
            JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
            JOIN tenants t ON t.tenant_id = f.tenant_id
            LEFT JOIN tenant_settings o ON o.tenant_id = f.tenant_id
            ORDER BY c.tenant_id, c.email_norm
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE
                SET reason = excluded.reason, source = excluded.source, landing_variant = excluded.landing_variant,
                    event_id = excluded.event_id, expires_at = NULL
                WHERE suppressions.expires_at IS NOT NULL OR excluded.reason = 'complaint' AND suppressions.reason <> 'complaint'
                      OR suppressions.reason NOT IN ('unsubscribe', 'complaint', 'bounce')
            """
        )
        try await connection.execute(
            """
            WITH facts AS (\(sql: facts))
            UPDATE contacts c SET status = f.status, updated_at = \(now)
            FROM facts f
            WHERE c.tenant_id = f.tenant_id AND c.id = f.contact_id
              AND f.rank > CASE c.status WHEN 'complained' THEN 3 WHEN 'unsubscribed' THEN 2 WHEN 'bounced' THEN 1 ELSE 0 END
            """
        )
    }

    private func lower(on connection: PostgresConnection, now: Date) async throws {
        let tenants = resubscribed.map(\.tenantID)
        let contacts = resubscribed.map(\.contactID)
        try await connection.execute(
            """
            DELETE FROM suppressions s USING contacts c,
                (SELECT unnest(\(tenants)::uuid[]) AS tenant_id, unnest(\(contacts)::uuid[]) AS contact_id) f
            WHERE c.tenant_id = f.tenant_id AND c.id = f.contact_id
              AND s.tenant_id = c.tenant_id AND s.email_norm = c.email_norm
              AND s.scope IN ('all', 'marketing') AND s.reason NOT IN ('complaint', 'bounce')
            """
        )
        try await connection.execute(
            """
            UPDATE contacts c SET status = 'active', updated_at = \(now)
            FROM (SELECT unnest(\(tenants)::uuid[]) AS tenant_id, unnest(\(contacts)::uuid[]) AS contact_id) f
            WHERE c.tenant_id = f.tenant_id AND c.id = f.contact_id AND c.status = 'unsubscribed'
            """
        )
    }
}
