import FoundationEssentials
import Postgres

/// Projection: people who left some lists only, or want to hear nothing for a while, and those who took it back.
///
/// Who leaves a list ends the membership, and is suppressed for that list: so what is planned for it already is kept back, too.
struct PartialSubscriptions {
    private struct Membership: Hashable {
        let tenantID: UUID
        let contactID: UUID
        let listID: UUID
    }

    /// The last event about each membership.
    private let memberships: [Membership: Event]
    private let pauses: [Event]

    init(events: [Event]) {
        let changes = events.filter { $0.contactID != nil && [.unsubscribed, .resubscribed].contains($0.type) }
        var memberships: [Membership: Event] = [:]
        for event in changes {
            guard case .lists(let ids) = event.scope, let contactID = event.contactID else { continue }
            for id in ids { memberships[Membership(tenantID: event.tenantID, contactID: contactID, listID: id)] = event }
        }
        self.memberships = memberships
        pauses = changes.filter { if case .pause = $0.scope { true } else { false } }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        let left = memberships.filter { $0.value.type == .unsubscribed }
        if !left.isEmpty { try await leave(left, on: connection, now: now) }
        let joined = memberships.filter { $0.value.type == .resubscribed }
        if !joined.isEmpty { try await join(joined, on: connection) }
        let begun = pauses.filter { $0.type == .unsubscribed }
        if !begun.isEmpty { try await pause(begun, on: connection, now: now) }
        let ended = pauses.filter { $0.type == .resubscribed }
        if !ended.isEmpty { try await resume(ended, on: connection) }
    }

    private func leave(_ left: [Membership: Event], on connection: PostgresConnection, now: Date) async throws {
        try await move(left, to: "unsubscribed", on: connection)
        try await connection.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, scope, list_id, reason, source,
                                      landing_variant, event_id, created_at)
            SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, 'list', e.list_id, 'unsubscribe', e.source,
                   CASE WHEN e.source = 'link' THEN coalesce(o.unsubscribe_mode, 'customer') ELSE 'customer' END, e.event_id,
                   \(now)::timestamptz
            FROM \(sql: Self.rows(left)) e
            JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
            JOIN lists l ON l.tenant_id = e.tenant_id AND l.id = e.list_id
            JOIN tenants t ON t.tenant_id = e.tenant_id
            LEFT JOIN tenant_settings o ON o.tenant_id = e.tenant_id
            ORDER BY c.tenant_id, c.email_norm, e.list_id
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE
                SET reason = excluded.reason, source = excluded.source, landing_variant = excluded.landing_variant,
                    event_id = excluded.event_id, expires_at = NULL
                WHERE suppressions.reason <> 'unsubscribe' OR suppressions.expires_at IS NOT NULL
            """
        )
    }

    private func join(_ joined: [Membership: Event], on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            DELETE FROM suppressions s USING contacts c, \(sql: Self.rows(joined)) e
            WHERE c.tenant_id = e.tenant_id AND c.id = e.contact_id AND s.tenant_id = c.tenant_id AND s.email_norm = c.email_norm
              AND s.scope = 'list' AND s.list_id = e.list_id AND s.reason = 'unsubscribe'
            """
        )
        try await move(joined, to: "active", on: connection)
    }

    private func move(_ moved: [Membership: Event], to status: String, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE list_contacts m SET status = \(status) FROM \(sql: Self.rows(moved)) e
            WHERE m.tenant_id = e.tenant_id AND m.list_id = e.list_id AND m.contact_id = e.contact_id AND m.status <> \(status)
            """
        )
    }

    private static func rows(_ memberships: [Membership: Event]) -> SQL {
        let entries = Array(memberships)
        return """
            (SELECT unnest(\(entries.map(\.key.tenantID))::uuid[]) AS tenant_id, unnest(\(entries.map(\.key.contactID))::uuid[]) AS contact_id,
                    unnest(\(entries.map(\.key.listID))::uuid[]) AS list_id, unnest(\(entries.map(\.value.id))::uuid[]) AS event_id,
                    unnest(\(entries.map(\.value.source))::text[]) AS source)
            """
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
