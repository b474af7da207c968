import FoundationEssentials
import Postgres

/// Projection: unsubscribes, complaints and hard bounces suppress the address that the message went to, on its channel, and set the
/// contact's status.
///
/// An event of no contact (a recipient who is none, a text message, a push) is about the recipient in the delivery log.
///
/// Statuses form an order, complained over unsubscribed over bounced over active, and only ever rise; the one way down is
/// ``EventType/resubscribed``, which the person asks for. So `delivered` never undoes `bounced`, in whatever order they arrive.
struct SuppressionProjection {
    private let rising: [(event: Event, status: String, reason: String)]
    private let resubscribed: [Event]

    init(events: [Event]) {
        let overtaken = Self.overtaken(events)
        rising = events.compactMap { event in
            guard event.contactID != nil || event.messageID != nil, !overtaken.contains(event.id) else { return nil }
            switch event.type {
            case .unsubscribed where event.scope == .all: return (event, "unsubscribed", "unsubscribe")
            case .complained: return (event, "complained", "complaint")
            case .bounced where event.bounceKind == .hard, .blocked where event.bounceKind == .hard: return (event, "bounced", "bounce")
            default: return nil
            }
        }
        resubscribed = events.filter {
            $0.type == .resubscribed && $0.scope == .all && ($0.contactID != nil || $0.messageID != nil) && !overtaken.contains($0.id)
        }
    }

    /// Of somebody who left and came back in one batch, or the other way round, the last word counts. (A contact's are apart: each is an
    /// answer to a page of ours.)
    private static func overtaken(_ events: [Event]) -> Set<UUID> {
        var last: [UUID: Event] = [:]
        var overtaken: Set<UUID> = []
        for event in events where event.contactID == nil && (event.type == .unsubscribed || event.type == .resubscribed) {
            guard let message = event.messageID else { continue }
            if let other = last[message] {
                overtaken.insert(other.occurredAt <= event.occurredAt ? other.id : event.id)
                if other.occurredAt <= event.occurredAt { last[message] = event }
            } else {
                last[message] = event
            }
        }
        return overtaken
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        if !rising.isEmpty { try await raise(on: connection, now: now) }
        if !resubscribed.isEmpty { try await lower(on: connection, now: now) }
    }

    private func raise(on connection: PostgresConnection, now: Date) async throws {
        let facts: SQL = """
            SELECT f.*, CASE f.status WHEN 'complained' THEN 3 WHEN 'unsubscribed' THEN 2 ELSE 1 END AS rank
            FROM (SELECT unnest(\(rising.map(\.event.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(rising.map(\.event.contactID))::uuid[]) AS contact_id,
                         unnest(\(rising.map(\.event.messageID))::uuid[]) AS message_id,
                         unnest(\(rising.map(\.event.bucket))::timestamptz[]) AS created_at,
                         unnest(\(rising.map(\.event.id))::uuid[]) AS event_id,
                         unnest(\(rising.map(\.event.source))::text[]) AS source,
                         unnest(\(rising.map(\.status))::text[]) AS status,
                         unnest(\(rising.map(\.reason))::text[]) AS reason) f
            """
        try await connection.execute(
            """
            WITH facts AS (\(sql: facts)),
            addressed AS (
                SELECT f.*, c.email AS shown, c.email_norm AS key
                FROM facts f JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
                UNION ALL
                SELECT f.*, comm_shown_address(d.channel, d.recipient), comm_suppression_key(d.channel, d.recipient)
                FROM facts f \(sql: Self.recipient))
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, landing_variant, event_id,
                                      created_at)
            SELECT DISTINCT ON (a.tenant_id, a.key)
                   a.tenant_id, gen_random_uuid(), t.motorical_account_id, a.shown, a.key, a.reason, a.source,
                   CASE WHEN a.reason = 'unsubscribe'
                        THEN CASE WHEN a.source IN ('link', 'one_click') THEN coalesce(o.unsubscribe_mode, 'customer') ELSE 'customer' END END,
                   a.event_id, \(now)::timestamptz
            FROM addressed a
            JOIN tenants t ON t.tenant_id = a.tenant_id
            LEFT JOIN tenant_settings o ON o.tenant_id = a.tenant_id
            ORDER BY a.tenant_id, a.key, a.rank DESC
            ON CONFLICT (tenant_id, email_norm, scope, list_id) DO UPDATE
                SET reason = excluded.reason, source = excluded.source, landing_variant = excluded.landing_variant,
                    event_id = excluded.event_id, expires_at = NULL
                WHERE suppressions.expires_at IS NOT NULL OR excluded.reason = 'complaint' AND suppressions.reason <> 'complaint'
                      OR suppressions.reason NOT IN ('unsubscribe', 'complaint', 'bounce')
            """
        )
        try await connection.execute(
            """
            WITH facts AS (SELECT DISTINCT ON (tenant_id, contact_id) * FROM (\(sql: facts)) f ORDER BY tenant_id, contact_id, rank DESC)
            UPDATE contacts c SET status = f.status, updated_at = \(now)
            FROM facts f
            WHERE c.tenant_id = f.tenant_id AND c.id = f.contact_id
              AND f.rank > CASE c.status WHEN 'complained' THEN 3 WHEN 'unsubscribed' THEN 2 WHEN 'bounced' THEN 1 ELSE 0 END
            """
        )
    }

    /// Whom the message of a fact `f` went to that is of no contact.
    ///
    /// Tests suppress nobody.
    private static let recipient: SQL = """
        CROSS JOIN LATERAL (SELECT channel, recipient FROM delivery_events
                            WHERE tenant_id = f.tenant_id AND id = f.message_id AND created_at = f.created_at AND NOT is_test
                              AND f.contact_id IS NULL LIMIT 1) d
        """

    private func lower(on connection: PostgresConnection, now: Date) async throws {
        let tenants = resubscribed.map(\.tenantID)
        let contacts = resubscribed.map(\.contactID)
        try await connection.execute(
            """
            WITH facts AS (
                SELECT unnest(\(tenants)::uuid[]) AS tenant_id, unnest(\(contacts)::uuid[]) AS contact_id,
                       unnest(\(resubscribed.map(\.messageID))::uuid[]) AS message_id,
                       unnest(\(resubscribed.map(\.bucket))::timestamptz[]) AS created_at),
            addressed AS (
                SELECT f.tenant_id, c.email_norm AS key
                FROM facts f JOIN contacts c ON c.tenant_id = f.tenant_id AND c.id = f.contact_id
                UNION
                SELECT f.tenant_id, comm_suppression_key(d.channel, d.recipient) FROM facts f \(sql: Self.recipient))
            DELETE FROM suppressions s USING addressed a
            WHERE s.tenant_id = a.tenant_id AND s.email_norm = a.key
              AND s.scope IN ('all', 'marketing') AND s.reason NOT IN ('complaint', 'bounce')
              -- START undoes a STOP, and not what the sender has entered.
              AND (s.reason = 'unsubscribe' OR comm_address_channel(s.email_norm) = 'email')
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
