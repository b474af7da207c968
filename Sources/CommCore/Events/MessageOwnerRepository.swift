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
            SELECT f.n, t.tenant_id, coalesce(d.campaign_id, g.id) AS campaign_id, coalesce(d.contact_id, c.id) AS contact_id,
                   d.id AS message_id
            FROM (SELECT unnest(\(Array(0..<facts.count))::int[]) AS n, unnest(\(facts.map(\.tenantID))::uuid[]) AS tenant_id,
                         unnest(\(facts.map(\.campaignID))::uuid[]) AS campaign_id,
                         unnest(\(facts.map(\.contactID))::uuid[]) AS contact_id,
                         unnest(\(facts.map(\.messageID))::uuid[]) AS message_id,
                         unnest(\(facts.map { $0.messageID.flatMap(UUIDv7.time(of:)) })::timestamptz[]) AS created_at) f
            LEFT JOIN campaigns g ON g.id = f.campaign_id AND (f.tenant_id IS NULL OR g.tenant_id = f.tenant_id)
            JOIN tenants t ON t.tenant_id = coalesce(g.tenant_id, f.tenant_id)
            LEFT JOIN delivery_events d ON d.tenant_id = t.tenant_id AND d.id = f.message_id AND d.created_at = f.created_at
            LEFT JOIN contacts c ON f.message_id IS NULL AND c.tenant_id = t.tenant_id AND c.id = f.contact_id
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
                messageID: try row.get("message_id")
            )
        }
        return owners
    }
}
