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
                                      occurred_at, verdict, verdict_rules, received_at)
            SELECT e.*, \(receivedAt)::timestamptz
            FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]), unnest(\(events.map(\.id))::uuid[]),
                         unnest(\(events.map(\.bucket))::timestamptz[]), unnest(\(events.map(\.type.rawValue))::text[]),
                         unnest(\(events.map(\.campaignID))::uuid[]), unnest(\(events.map(\.contactID))::uuid[]),
                         unnest(\(events.map(\.messageID))::uuid[]), unnest(\(events.map(\.source))::text[]),
                         unnest(\(events.map(\.payload))::text[])::jsonb,
                         unnest(\(events.map(\.occurredAt))::timestamptz[]),
                         unnest(\(events.map { $0.verdict?.rawValue })::text[]),
                         unnest(\(events.map { $0.verdict == nil ? nil : VerdictClassifier.version })::smallint[])) AS e
            ORDER BY 1, 2
            ON CONFLICT DO NOTHING
            RETURNING id
            """
        )
        return try Set(rows.map { try $0.get("id") as UUID })
    }
}
