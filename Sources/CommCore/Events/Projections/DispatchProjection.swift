import FoundationEssentials
import Postgres

/// Projection: when and how often a contact was last sent something, from the delivery log.
///
/// A contact is in a chunk once, and a chunk is recorded at one moment.
enum DispatchProjection {
    static func apply(_ chunk: DispatchedChunk, on connection: PostgresConnection, now: Date) async throws {
        let level = EngagementLevel.sql(
            clicked: "c.last_clicked_at",
            delivered: "c.last_delivered_at",
            sent: "greatest(c.last_sent_at, s.at)",
            now: now
        )
        let from = UUIDv7.time(of: chunk.firstID)
        let to = UUIDv7.time(of: chunk.lastID)
        try await connection.execute(
            """
            WITH sent AS MATERIALIZED (
                SELECT contact_id, occurred_at FROM delivery_events
                WHERE tenant_id = \(chunk.tenantID) AND id BETWEEN \(chunk.firstID) AND \(chunk.lastID)
                  AND created_at BETWEEN \(from) AND \(to)
                  AND campaign_id IS NOT DISTINCT FROM \(chunk.campaignID) AND outcome = 'sent' AND contact_id IS NOT NULL AND channel = 'email'
                  AND (\(chunk.recordedAt)::timestamptz IS NULL OR occurred_at = \(chunk.recordedAt)))
            UPDATE contacts c
            SET sent_count = c.sent_count + 1, last_sent_at = greatest(c.last_sent_at, s.at),
                last_campaign_id = CASE WHEN c.last_sent_at > s.at THEN c.last_campaign_id
                                        ELSE coalesce(\(chunk.campaignID)::uuid, c.last_campaign_id) END,
                engagement_level = \(sql: level)
            FROM (SELECT max(occurred_at) AS at FROM sent) s
            WHERE c.tenant_id = \(chunk.tenantID) AND c.id = ANY (ARRAY(SELECT contact_id FROM sent))
            """
        )
    }
}
