import FoundationEssentials
import Postgres

/// Projection: when and how often a contact was last sent something, from the delivery log.
///
/// A contact is in a chunk of a campaign once; messages of requests may be several to one.
enum DispatchProjection {
    static func apply(_ chunk: DispatchedChunk, on connection: PostgresConnection, now: Date) async throws {
        let level = EngagementLevel.sql(
            clicked: "c.last_clicked_at",
            delivered: "c.last_delivered_at",
            sent: "greatest(c.last_sent_at, s.at)",
            now: now
        )
        try await connection.execute(
            """
            WITH sent AS MATERIALIZED (
                SELECT contact_id, count(*) AS number, max(occurred_at) AS at FROM (\(sql: DispatchedChunk.logged([chunk]))) d
                WHERE outcome = 'sent' AND contact_id IS NOT NULL AND channel = 'email'
                GROUP BY contact_id)
            UPDATE contacts c
            SET sent_count = c.sent_count + s.number, last_sent_at = greatest(c.last_sent_at, s.at),
                last_campaign_id = \(sql: lastCampaign(chunk)),
                engagement_level = \(sql: level)
            FROM sent s
            WHERE c.tenant_id = \(chunk.tenantID) AND c.id = s.contact_id AND c.id = ANY (ARRAY(SELECT contact_id FROM sent))
            """
        )
    }

    /// Facts may come in another order than that of the log: what a contact was sent since may be of no campaign.
    private static func lastCampaign(_ chunk: DispatchedChunk) -> SQL {
        guard let campaignID = chunk.campaignID else { return "c.last_campaign_id" }
        return """
            CASE WHEN c.last_sent_at > s.at THEN
                (SELECT d.campaign_id FROM delivery_events d
                  WHERE d.tenant_id = c.tenant_id AND d.contact_id = c.id AND d.outcome = 'sent' AND d.channel = 'email'
                    AND d.campaign_id IS NOT NULL
                  ORDER BY d.occurred_at DESC, d.id DESC LIMIT 1)
            ELSE \(campaignID)::uuid END
            """
    }
}
