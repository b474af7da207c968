import FoundationEssentials
import Postgres

/// Projection: what ``SoftBounceProjection`` does for contacts, for recipients who are none and for the other channels: a number or an
/// address that fails again and again is suppressed for a while, longer each time.
///
/// Failures count within the tenant's window and until something arrives.
struct AddressBounceProjection {
    private let failed: [Event]
    private let arrived: [Event]

    init(events: [Event]) {
        let ofNobody = events.filter { $0.contactID == nil && $0.messageID != nil }
        failed = ofNobody.filter { $0.type == .bounced && $0.bounceKind == .soft && $0.bounceClass?.countsAgainstAddress != false }
        arrived = ofNobody.filter { $0.type == .delivered }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        if !arrived.isEmpty { try await forgive(on: connection) }
        guard !failed.isEmpty else { return }
        try await count(on: connection, now: now)
        try await suppress(on: connection, now: now)
    }

    /// The addresses of messages, as rows `f`: `tenant_id`, `address`, `shown`, `event_id`, `source`, `at`.
    private static func addresses(of events: [Event]) -> SQL {
        """
        (SELECT e.tenant_id, comm_suppression_key(d.channel, d.recipient) AS address, comm_shown_address(d.channel, d.recipient) AS shown,
                e.event_id, e.source, e.at
         FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(events.map(\.messageID))::uuid[]) AS message_id,
                      unnest(\(events.map(\.bucket))::timestamptz[]) AS created_at, unnest(\(events.map(\.id))::uuid[]) AS event_id,
                      unnest(\(events.map(\.source))::text[]) AS source, unnest(\(events.map(\.occurredAt))::timestamptz[]) AS at) e
         CROSS JOIN LATERAL (SELECT channel, recipient FROM delivery_events
                             WHERE tenant_id = e.tenant_id AND id = e.message_id AND created_at = e.created_at AND NOT is_test LIMIT 1) d) f
        """
    }

    private func forgive(on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE address_bounces b SET bounced_at = '{}'
            FROM (SELECT x.tenant_id, x.address FROM address_bounces x
                  JOIN (SELECT DISTINCT tenant_id, address FROM \(sql: Self.addresses(of: arrived))) a
                    ON a.tenant_id = x.tenant_id AND a.address = x.address
                  WHERE x.bounced_at <> '{}' ORDER BY x.tenant_id, x.address FOR UPDATE OF x) l
            WHERE b.tenant_id = l.tenant_id AND b.address = l.address
            """
        )
    }

    private func count(on connection: PostgresConnection, now: Date) async throws {
        try await connection.execute(
            """
            INSERT INTO address_bounces AS b (tenant_id, address, bounced_at, touched_at)
            SELECT f.tenant_id, f.address, array_agg(f.at ORDER BY f.at), \(now)::timestamptz FROM \(sql: Self.addresses(of: failed))
            GROUP BY f.tenant_id, f.address ORDER BY f.tenant_id, f.address
            ON CONFLICT (tenant_id, address) DO UPDATE
            SET bounced_at = b.bounced_at || excluded.bounced_at, touched_at = excluded.touched_at
            """
        )
        // What does not count any more goes, so that no list grows.
        try await connection.execute(
            """
            UPDATE address_bounces b
            SET bounced_at = coalesce((SELECT array_agg(s.at ORDER BY s.at)
                                       FROM (SELECT at FROM unnest(b.bounced_at) AS at
                                             WHERE at > \(now)::timestamptz - make_interval(days => coalesce(r.window_days, \(BounceRules.standard.windowDays))::int)
                                             ORDER BY at DESC LIMIT 100) s), '{}')
            FROM (SELECT DISTINCT f.tenant_id, f.address FROM \(sql: Self.addresses(of: failed))) a
            LEFT JOIN bounce_rules r ON r.tenant_id = a.tenant_id
            WHERE b.tenant_id = a.tenant_id AND b.address = a.address
            """
        )
    }

    private func suppress(on connection: PostgresConnection, now: Date) async throws {
        let standard = BounceRules.standard
        try await connection.execute(
            """
            WITH facts AS (
                SELECT DISTINCT ON (f.tenant_id, f.address) f.* FROM \(sql: Self.addresses(of: failed))
                ORDER BY f.tenant_id, f.address, f.at DESC),
            due AS (
                UPDATE address_bounces b SET bounced_at = '{}', rests = least(b.rests + 1, 1000)
                FROM facts f
                LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
                WHERE b.tenant_id = f.tenant_id AND b.address = f.address
                  AND coalesce(r.soft_limit, \(standard.softLimit)) > 0
                  AND cardinality(b.bounced_at) >= coalesce(r.soft_limit, \(standard.softLimit))
                RETURNING b.tenant_id, b.address, f.shown, f.event_id, f.source,
                          \(now)::timestamptz + make_interval(days => least(
                              coalesce(r.rest_days, \(standard.restDays))
                                  * power(coalesce(r.escalation, \(standard.escalation))::float8, least(b.rests - 1, 12)),
                              coalesce(r.longest_rest_days, \(standard.longestRestDays)))::int) AS rests_until)
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, event_id, created_at, expires_at)
            SELECT d.tenant_id, gen_random_uuid(), t.motorical_account_id, d.shown, d.address, 'soft_bounce', d.source, d.event_id,
                   \(now), d.rests_until
            FROM due d JOIN tenants t ON t.tenant_id = d.tenant_id
            ORDER BY d.tenant_id, d.address
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE SET expires_at = excluded.expires_at, event_id = excluded.event_id
                WHERE suppressions.reason = 'soft_bounce' AND suppressions.expires_at < excluded.expires_at
            """
        )
    }
}
