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
        let isSince: SQL = "(c.last_delivered_at IS NULL OR at > c.last_delivered_at)"
        try await connection.execute(
            """
            UPDATE soft_bounces b SET bounced_at = \(sql: BounceRest.counted(where: isSince, now: now))
            FROM (SELECT DISTINCT tenant_id, contact_id FROM \(sql: facts) x) f
            JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
            LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
            WHERE b.tenant_id = f.tenant_id AND b.contact_id = f.contact_id
            """
        )
    }

    private func suppress(on connection: PostgresConnection, now: Date) async throws {
        let due: SQL = """
            SELECT c.tenant_id, c.email_norm AS address, c.email AS shown, d.source, d.event_id, d.rests_until
            FROM due d JOIN contacts c ON c.tenant_id = d.tenant_id AND c.id = d.contact_id
            """
        try await connection.execute(
            """
            WITH facts AS (
                SELECT DISTINCT ON (tenant_id, contact_id) tenant_id, contact_id, event_id, source FROM \(sql: facts) f
                ORDER BY tenant_id, contact_id, bounced_at DESC),
            due AS (
                UPDATE soft_bounces b SET \(sql: BounceRest.begin)
                FROM facts f
                LEFT JOIN bounce_rules r ON r.tenant_id = f.tenant_id
                WHERE b.tenant_id = f.tenant_id AND b.contact_id = f.contact_id AND \(sql: BounceRest.isDue)
                RETURNING b.tenant_id, b.contact_id, f.event_id, f.source, \(sql: BounceRest.end(now: now)) AS rests_until)
            \(sql: BounceRest.suppressing(due, now: now))
            """
        )
    }
}
