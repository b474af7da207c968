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
        try await connection.execute(
            """
            UPDATE address_bounces b SET bounced_at = \(sql: BounceRest.counted(now: now))
            FROM (SELECT DISTINCT f.tenant_id, f.address FROM \(sql: Self.addresses(of: failed))) a
            LEFT JOIN bounce_rules r ON r.tenant_id = a.tenant_id
            WHERE b.tenant_id = a.tenant_id AND b.address = a.address
            """
        )
    }

    private func suppress(on connection: PostgresConnection, now: Date) async throws {
        try await connection.execute(
            """
            WITH facts AS (
                SELECT DISTINCT ON (f.tenant_id, f.address) f.* FROM \(sql: Self.addresses(of: failed))
                ORDER BY f.tenant_id, f.address, f.at DESC),
            due AS (
                UPDATE address_bounces b SET \(sql: BounceRest.begin)
                FROM facts f
                LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
                WHERE b.tenant_id = f.tenant_id AND b.address = f.address AND \(sql: BounceRest.isDue)
                RETURNING b.tenant_id, b.address, f.shown, f.event_id, f.source, \(sql: BounceRest.end(now: now)) AS rests_until)
            \(sql: BounceRest.suppressing("SELECT * FROM due", now: now))
            """
        )
    }
}
