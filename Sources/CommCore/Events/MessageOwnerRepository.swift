import FoundationEssentials
import Postgres

/// Finds out whose message a report is about.
///
/// The delivery log decides, never the report: a report that names another tenant's message finds nothing.
enum MessageOwnerRepository {
    /// Answers for each fact in turn; nil where no message of ours is known (yet).
    static func owners(of facts: [ReportedFact], on connection: PostgresConnection) async throws -> [MessageOwner?] {
        guard !facts.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            -- What happens to a test is kept, and belongs to no campaign and no contact, so that nothing counts it. What happens to a text
            -- message or a push belongs to no contact either: what is known of contacts is known of their mail.
            SELECT f.n, t.tenant_id, CASE WHEN d.id IS NULL THEN g.id WHEN NOT d.is_test THEN d.campaign_id END AS campaign_id,
                   CASE WHEN d.id IS NULL THEN c.id WHEN NOT d.is_test AND d.channel = 'email' THEN d.contact_id END AS contact_id,
                   d.id AS message_id, coalesce(d.channel, 'email') AS channel,
                   d.gateway, CASE d.channel WHEN 'email' THEN substring(d.recipient FROM '@([^@]*)$') END AS domain,
                   coalesce(c.tracking_opt_out, false) AS refuses_tracking
            FROM (SELECT unnest(\(Array(0..<facts.count))::int[]) AS n, unnest(\(facts.map(\.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(facts.map(\.campaignID))::uuid[]) AS campaign_id,
                         unnest(\(facts.map(\.contactID))::uuid[]) AS contact_id,
                         unnest(\(facts.map(\.messageID))::uuid[]) AS message_id,
                         unnest(\(facts.map { $0.messageID.flatMap(UUIDv7.time(of:)) })::timestamptz[]) AS created_at,
                         unnest(\(facts.map { $0.tracked != nil })::boolean[]) AS is_tracked) f
            -- Looked up one by one by the whole key: a plan over tables that have just filled up must not compare all with all.
            LEFT JOIN LATERAL (SELECT id, tenant_id FROM campaigns
                               WHERE id = f.campaign_id AND (f.tenant_id IS NULL OR tenant_id = f.tenant_id) LIMIT 1) g ON true
            CROSS JOIN LATERAL (SELECT tenant_id FROM tenants WHERE tenant_id = coalesce(g.tenant_id, f.tenant_id) LIMIT 1) t
            LEFT JOIN LATERAL (SELECT id, campaign_id, contact_id, channel, is_test, gateway, recipient FROM delivery_events
                               WHERE tenant_id = t.tenant_id AND id = f.message_id AND created_at = f.created_at LIMIT 1) d ON true
            LEFT JOIN LATERAL (SELECT id, tracking_opt_out FROM contacts
                               WHERE (f.is_tracked OR f.message_id IS NULL) AND tenant_id = t.tenant_id
                                     AND id = coalesce(d.contact_id, f.contact_id) LIMIT 1) c ON true
            WHERE d.id IS NOT NULL OR (f.message_id IS NULL AND g.id IS NOT NULL AND c.id IS NOT NULL)
            """
        )
        var owners = [MessageOwner?](repeating: nil, count: facts.count)
        for row in rows {
            let index: Int = try row.get("n")
            owners[index] = MessageOwner(
                tenantID: try row.get("tenant_id"),
                campaignID: try row.get("campaign_id"),
                contactID: try row.get("contact_id"),
                messageID: try row.get("message_id"),
                channel: Channel(rawValue: try row.get("channel")) ?? .email,
                refusesTracking: try row.get("refuses_tracking"),
                gateway: try row.get("gateway"),
                domain: try row.get("domain")
            )
        }
        return owners
    }
}
