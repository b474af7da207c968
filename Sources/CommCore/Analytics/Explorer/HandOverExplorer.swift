import FoundationEssentials
import Postgres

/// SQL of the messages that were handed over, in the form of events of the type `queued`.
///
/// They come in the order of their ids, the newest campaign first and within it the last message: the order of the log's key.
enum HandOverExplorer {
    static func page(
        _ tenantID: UUID,
        _ filter: EventFilter,
        after cursor: EventCursor?,
        limit: Int,
        offset: Int,
        on connection: PostgresConnection
    ) async throws -> [StoredEvent] {
        guard var selection = try await selection(tenantID, filter, on: connection) else { return [] }
        if let cursor { selection += " AND d.id < \(cursor.id) AND d.created_at <= \(UUIDv7.time(of: cursor.id) ?? cursor.occurredAt)" }
        return try await connection.query(
            """
            WITH p AS MATERIALIZED (
                SELECT d.tenant_id, d.id, d.campaign_id, d.contact_id, d.occurred_at, d.gateway FROM delivery_events d
                WHERE \(sql: selection) ORDER BY d.id DESC, d.created_at DESC LIMIT \(limit) OFFSET \(offset))
            SELECT p.id, 'queued' AS type, p.occurred_at, coalesce(p.gateway, 'dispatch') AS source, NULL AS verdict, p.id AS message_id,
                   p.campaign_id, g.name AS campaign_name, p.contact_id, c.email AS contact_email, c.name AS contact_name,
                   c.status AS contact_status,
                   jsonb_build_object('success', true, 'data', jsonb_build_object('status', 'queued', 'messageId', p.id),
                                      'idempotencyKey', concat_ws(':', p.campaign_id, p.contact_id))::text AS payload,
                   NULL AS url, NULL AS link_index, NULL AS user_agent, NULL AS ip, NULL AS bounce_reason, NULL AS smtp_code,
                   NULL AS scope, false AS is_soft_bounce
            FROM p \(raw: EventExplorer.joins)
            ORDER BY p.id DESC
            """
        ).map(StoredEvent.init(row:))
    }

    /// How many there are of one person, counted up to the bound.
    static func countOfContact(_ tenantID: UUID, _ filter: EventFilter, on connection: PostgresConnection) async throws -> (Int, Bool) {
        guard let selection = try await selection(tenantID, filter, on: connection) else { return (0, false) }
        let most = EventExplorer.largestSort
        let count: Int = try await connection.query(
            "SELECT count(*)::int AS n FROM (SELECT 1 FROM delivery_events d WHERE \(sql: selection) LIMIT \(most + 1)) b"
        ).one { try $0.get("n") }
        return (min(count, most), count > most)
    }

    /// Conditions on rows `d`; nil when nothing can match, because nobody has the address or because clicks are asked for.
    private static func selection(_ tenantID: UUID, _ filter: EventFilter, on connection: PostgresConnection) async throws -> SQL? {
        guard filter.verdict == nil, filter.linkIndex == nil else { return nil }
        var parts: [SQL] = ["d.tenant_id = \(tenantID) AND d.outcome = 'sent' AND NOT d.is_test"]
        if let id = filter.campaignID {
            let started = try await connection.query("SELECT started_at FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(id)")
            guard let startedAt: Date = try started.first?.get("started_at") else { return nil }
            let ids = SequenceIDs.range(startedAt: startedAt)
            parts.append("d.campaign_id = \(id) AND d.id BETWEEN \(ids.first) AND \(ids.last)")
            parts.append("d.created_at BETWEEN \(UUIDv7.time(of: ids.first)) AND \(UUIDv7.time(of: ids.last))")
        }
        if let email = filter.contactEmail {
            guard let id = try await EventExplorer.contact(tenantID, email, on: connection) else { return nil }
            parts.append("d.contact_id = \(id)")
        }
        if let from = filter.from { parts.append("d.occurred_at >= \(from)") }
        if let to = filter.to { parts.append("d.occurred_at < \(to) AND d.created_at < \(to)") }
        return .joined(parts, separator: " AND ")
    }
}
