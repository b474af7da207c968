import FoundationEssentials
import Postgres

/// Projection: when and how often a contact was last sent something, from the delivery log.
///
/// A contact is in a chunk once, and a chunk is recorded at one moment.
enum DispatchProjection {
    static func apply(_ chunk: DispatchedChunk, on connection: PostgresConnection) async throws {
        let from = UUIDv7.time(of: chunk.firstID)
        let to = UUIDv7.time(of: chunk.lastID)
        try await connection.execute(
            """
            WITH sent AS MATERIALIZED (
                SELECT contact_id, occurred_at FROM delivery_events
                WHERE tenant_id = \(chunk.tenantID) AND id BETWEEN \(chunk.firstID) AND \(chunk.lastID)
                  AND created_at BETWEEN \(from) AND \(to)
                  AND campaign_id IS NOT DISTINCT FROM \(chunk.campaignID) AND outcome = 'sent' AND contact_id IS NOT NULL)
            UPDATE contacts c
            SET sent_count = c.sent_count + 1, last_sent_at = greatest(c.last_sent_at, (SELECT max(occurred_at) FROM sent))
            WHERE c.tenant_id = \(chunk.tenantID) AND c.id = ANY (ARRAY(SELECT contact_id FROM sent))
            """
        )
    }
}
