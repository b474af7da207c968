import FoundationEssentials
import Postgres

/// Projection: a report on a message whose outcome was unknown proves that the gateway had taken it.
///
/// So a lost answer is reconciled by what comes back, and nothing is ever sent again to find out.
struct UnknownOutcomes {
    private struct Campaign: Hashable {
        let tenantID: UUID
        let campaignID: UUID
    }

    /// Messages that have turned out to be sent, by campaign.
    private let sent: [Campaign: Int]

    /// Sets the outcomes right in the delivery log, before anything else is locked.
    static func resolve(_ events: [Event], on connection: PostgresConnection, now: Date) async throws -> UnknownOutcomes {
        var seen = Set<UUID>()
        let reports = events.filter { event in
            // What a person says about a subscription is recorded by comm-api, which has no right to change the delivery log.
            guard event.type != .unsubscribed, event.type != .resubscribed else { return false }
            guard let message = event.messageID, UUIDv7.time(of: message) != nil else { return false }
            return seen.insert(message).inserted
        }
        guard !reports.isEmpty else { return UnknownOutcomes(sent: [:]) }
        let rows = try await connection.query(
            """
            WITH known AS (
                UPDATE delivery_events d SET outcome = 'sent', reason = NULL
                FROM (SELECT unnest(\(reports.map(\.tenantID))::uuid[]) AS tenant_id, unnest(\(reports.map(\.messageID))::uuid[]) AS id,
                             unnest(\(reports.map(\.bucket))::timestamptz[]) AS created_at) e
                WHERE d.tenant_id = e.tenant_id AND d.id = e.id AND d.created_at = e.created_at AND d.outcome = 'unknown'
                RETURNING d.tenant_id, d.campaign_id, d.channel),
            marked AS (\(sql: RollUpRebuilder.marking("known WHERE channel = 'email'", now: now)))
            SELECT tenant_id, campaign_id, count(*)::int AS messages FROM known WHERE campaign_id IS NOT NULL GROUP BY 1, 2
            """
        )
        var sent: [Campaign: Int] = [:]
        for row in rows {
            sent[Campaign(tenantID: try row.get("tenant_id"), campaignID: try row.get("campaign_id"))] = try row.get("messages")
        }
        return UnknownOutcomes(sent: sent)
    }

    /// Moves the counters.
    func apply(on connection: PostgresConnection, now: Date) async throws {
        guard !sent.isEmpty else { return }
        let entries = sent.sorted { $0.key.campaignID.uuidString < $1.key.campaignID.uuidString }
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics m
            SET sent = m.sent + k.messages, unknown = m.unknown - k.messages, updated_at = \(now)
            FROM (SELECT unnest(\(entries.map(\.key.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(entries.map(\.key.campaignID))::uuid[]) AS campaign_id,
                         unnest(\(entries.map(\.value))::bigint[]) AS messages) k
            WHERE m.tenant_id = k.tenant_id AND m.campaign_id = k.campaign_id
            """
        )
    }
}
