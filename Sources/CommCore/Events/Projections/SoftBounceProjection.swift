import FoundationEssentials
import Postgres

/// Projection: an address that bounces again and again, without being gone, is suppressed for a while; longer each time.
///
/// Bounces count within the tenant's window and since the last mail that arrived. Those that are the mail's or the sender's fault do not.
struct SoftBounceProjection {
    private let events: [Event]

    init(events: [Event]) {
        self.events = events.filter { event in
            event.type == .bounced && event.bounceKind == .soft && event.contactID != nil
                && event.bounceClass?.countsAgainstAddress != false
        }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !events.isEmpty else { return }
        try await count(on: connection, now: now)
        try await suppress(on: connection, now: now)
    }

    private var facts: SQL {
        """
        (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(events.map(\.contactID))::uuid[]) AS contact_id,
                unnest(\(events.map(\.id))::uuid[]) AS event_id, unnest(\(events.map(\.source))::text[]) AS source,
                unnest(\(events.map(\.occurredAt))::timestamptz[]) AS bounced_at)
        """
    }

    private func count(on connection: PostgresConnection, now: Date) async throws {
        try await connection.execute(
            """
            INSERT INTO soft_bounces AS b (tenant_id, contact_id, bounced_at)
            SELECT c.tenant_id, c.id, array_agg(f.bounced_at ORDER BY f.bounced_at)
            FROM \(sql: facts) f
            JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
            GROUP BY c.tenant_id, c.id ORDER BY c.tenant_id, c.id
            ON CONFLICT (tenant_id, contact_id) DO UPDATE SET bounced_at = b.bounced_at || excluded.bounced_at
            """
        )
        // What does not count any more goes, so that no list grows.
        try await connection.execute(
            """
            UPDATE soft_bounces b
            SET bounced_at = coalesce((SELECT array_agg(s.at ORDER BY s.at)
                                       FROM (SELECT at FROM unnest(b.bounced_at) AS at
                                             WHERE at > \(now)::timestamptz - make_interval(days => coalesce(r.window_days, \(BounceRules.standard.windowDays))::int)
                                               AND (c.last_delivered_at IS NULL OR at > c.last_delivered_at)
                                             ORDER BY at DESC LIMIT 100) s), '{}')
            FROM (SELECT DISTINCT tenant_id, contact_id FROM \(sql: facts) x) f
            JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
            LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
            WHERE b.tenant_id = f.tenant_id AND b.contact_id = f.contact_id
            """
        )
    }

    private func suppress(on connection: PostgresConnection, now: Date) async throws {
        let standard = BounceRules.standard
        try await connection.execute(
            """
            WITH facts AS (
                SELECT DISTINCT ON (tenant_id, contact_id) tenant_id, contact_id, event_id, source FROM \(sql: facts) f
                ORDER BY tenant_id, contact_id, bounced_at DESC),
            due AS (
                UPDATE soft_bounces b SET bounced_at = '{}', rests = least(b.rests + 1, 1000)
                FROM facts f
                LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
                WHERE b.tenant_id = f.tenant_id AND b.contact_id = f.contact_id
                  AND coalesce(r.soft_limit, \(standard.softLimit)) > 0
                  AND cardinality(b.bounced_at) >= coalesce(r.soft_limit, \(standard.softLimit))
                RETURNING b.tenant_id, b.contact_id, f.event_id, f.source,
                          \(now)::timestamptz + make_interval(days => least(
                              coalesce(r.rest_days, \(standard.restDays))
                                  * power(coalesce(r.escalation, \(standard.escalation))::float8, least(b.rests - 1, 12)),
                              coalesce(r.longest_rest_days, \(standard.longestRestDays)))::int) AS rests_until)
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, event_id, created_at, expires_at)
            SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, 'soft_bounce', d.source, d.event_id,
                   \(now), d.rests_until
            FROM due d
            JOIN contacts c ON c.tenant_id = d.tenant_id AND c.id = d.contact_id
            JOIN tenants t ON t.tenant_id = d.tenant_id
            ORDER BY c.tenant_id, c.email_norm
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE SET expires_at = excluded.expires_at, event_id = excluded.event_id
                WHERE suppressions.reason = 'soft_bounce' AND suppressions.expires_at < excluded.expires_at
            """
        )
    }
}
