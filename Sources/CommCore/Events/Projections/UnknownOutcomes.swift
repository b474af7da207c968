import FoundationEssentials
import Postgres

/// Projection: a report on a message whose outcome was unknown proves that the gateway had taken it.
///
/// So a lost answer is reconciled by what comes back, and nothing is ever sent again to find out.
struct UnknownOutcomes {
    private let events: [Event]

    init(events: [Event]) {
        var seen = Set<UUID>()
        self.events = events.filter { event in
            // What a person says about a subscription is recorded by comm-api, which has no right to change the delivery log.
            guard event.type != .unsubscribed, event.type != .resubscribed else { return false }
            guard let message = event.messageID, UUIDv7.time(of: message) != nil else { return false }
            return seen.insert(message).inserted
        }
    }

    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !events.isEmpty else { return }
        try await connection.execute(
            """
            WITH known AS (
                UPDATE delivery_events d SET outcome = 'sent', reason = NULL
                FROM (SELECT unnest(\(events.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(events.map(\.messageID))::uuid[]) AS id,
                             unnest(\(events.map(\.bucket))::timestamptz[]) AS created_at) e
                WHERE d.tenant_id = e.tenant_id AND d.id = e.id AND d.created_at = e.created_at AND d.outcome = 'unknown'
                RETURNING d.tenant_id, d.campaign_id),
            -- The roll-ups have counted the old outcome.
            marked AS (
                INSERT INTO rollup_marks (tenant_id, campaign_id, marked_at)
                SELECT DISTINCT tenant_id, campaign_id, \(now)::timestamptz FROM known WHERE campaign_id IS NOT NULL
                ON CONFLICT DO NOTHING)
            UPDATE campaign_delivery_metrics m
            SET sent = m.sent + k.messages, unknown = m.unknown - k.messages, updated_at = \(now)
            FROM (SELECT tenant_id, campaign_id, count(*) AS messages FROM known GROUP BY 1, 2) k
            WHERE m.tenant_id = k.tenant_id AND m.campaign_id = k.campaign_id
            """
        )
    }
}
