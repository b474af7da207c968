import FoundationEssentials
import Postgres

/// Projection: when and how often a contact was last sent something, from the delivery log.
enum DispatchProjection {
    static func apply(_ chunk: DispatchedChunk, on connection: PostgresConnection) async throws {
        let from = UUIDv7.time(of: chunk.firstID)
        let to = UUIDv7.time(of: chunk.lastID)
        try await connection.execute(
            """
            UPDATE contacts c SET sent_count = c.sent_count + d.messages, last_sent_at = greatest(c.last_sent_at, d.last_sent_at)
            FROM (SELECT contact_id, count(*) AS messages, max(occurred_at) AS last_sent_at
                  FROM delivery_events
                  WHERE tenant_id = \(chunk.tenantID) AND id BETWEEN \(chunk.firstID) AND \(chunk.lastID)
                    AND created_at BETWEEN \(from) AND \(to)
                    AND campaign_id IS NOT DISTINCT FROM \(chunk.campaignID) AND outcome = 'sent' AND contact_id IS NOT NULL
                  GROUP BY contact_id) d
            WHERE c.tenant_id = \(chunk.tenantID) AND c.id = d.contact_id
            """
        )
    }
}
