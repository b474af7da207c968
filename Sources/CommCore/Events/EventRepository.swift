import FoundationEssentials
import Postgres

/// SQL of the event store.
enum EventRepository {
    /// Inserts what is not there yet.
    ///
    /// - Returns: the ids that were new.
    static func insert(_ events: [Event], receivedAt: Date, on connection: PostgresConnection) async throws -> Set<UUID> {
        let rows = try await connection.query(
            """
            INSERT INTO email_events (tenant_id, id, bucket_at, type, campaign_id, contact_id, message_id, source, payload,
                                      occurred_at, received_at)
            SELECT e.*, \(receivedAt)::timestamptz
            FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]), unnest(\(events.map(\.id))::uuid[]),
                         unnest(\(events.map(\.bucket))::timestamptz[]), unnest(\(events.map(\.type.rawValue))::text[]),
                         unnest(\(events.map(\.campaignID))::uuid[]), unnest(\(events.map(\.contactID))::uuid[]),
                         unnest(\(events.map(\.messageID))::uuid[]), unnest(\(events.map(\.source))::text[]),
                         unnest(\(events.map(\.payload))::text[])::jsonb,
                         unnest(\(events.map(\.occurredAt))::timestamptz[])) AS e
            ORDER BY 1, 2
            ON CONFLICT DO NOTHING
            RETURNING id
            """
        )
        return try Set(rows.map { try $0.get("id") as UUID })
    }

    /// Which of the messages of this batch's clicks had been clicked before.
    static func messagesAlreadyClicked(_ events: [Event], on connection: PostgresConnection) async throws -> Set<UUID> {
        let clicks = events.filter { $0.type == .clicked && $0.messageID != nil }
        guard !clicks.isEmpty else { return [] }
        let messages = clicks.compactMap(\.messageID)
        let ranges = messages.map(EventIdentity.range(of:))
        let rows = try await connection.query(
            """
            SELECT DISTINCT m.message_id
            FROM (SELECT unnest(\(clicks.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(messages)::uuid[]) AS message_id,
                         unnest(\(clicks.map(\.bucket))::timestamptz[]) AS bucket_at,
                         unnest(\(ranges.map(\.lowerBound.uuid))::uuid[]) AS first_id,
                         unnest(\(ranges.map(\.upperBound.uuid))::uuid[]) AS last_id) m
            JOIN email_events e ON e.tenant_id = m.tenant_id AND e.bucket_at = m.bucket_at
                               AND e.id BETWEEN m.first_id AND m.last_id AND e.message_id = m.message_id
            WHERE e.type = 'clicked'
            """
        )
        return try Set(rows.map { try $0.get("message_id") as UUID })
    }
}
