import FoundationEssentials
import Postgres

/// Finds the tenants of messages that reports name without them.
enum MessageCandidateRepository {
    /// The facts, with the tenant where one was found in the delivery log.
    static func resolve(_ facts: [ReportedFact], on connection: PostgresConnection) async throws -> [ReportedFact] {
        let open = facts.indices.filter { facts[$0].candidates != nil && facts[$0].messageID != nil }
        guard !open.isEmpty else { return facts }
        let candidates = open.compactMap { facts[$0].candidates }
        let rows = try await connection.query(
            """
            SELECT f.n, d.tenant_id
            FROM (SELECT unnest(\(open)::int[]) AS n, unnest(\(open.map { facts[$0].messageID })::uuid[]) AS message_id,
                         unnest(\(open.map { facts[$0].messageID.flatMap(UUIDv7.time(of:)) })::timestamptz[]) AS created_at,
                         unnest(\(candidates.map(\.firstTenant))::uuid[]) AS first_tenant,
                         unnest(\(candidates.map(\.lastTenant))::uuid[]) AS last_tenant,
                         unnest(\(candidates.map { $0.recipientMarks?.joined(separator: ",") })::text[]) AS marks) f
            -- Most often one tenant; all of them when a report names none, each by the whole key of its log.
            CROSS JOIN LATERAL (
                SELECT e.tenant_id FROM tenants t
                CROSS JOIN LATERAL (SELECT tenant_id, recipient FROM delivery_events
                                    WHERE tenant_id = t.tenant_id AND id = f.message_id AND created_at = f.created_at LIMIT 1) e
                WHERE t.tenant_id BETWEEN f.first_tenant AND f.last_tenant
                  AND (f.marks IS NULL
                       OR encode(sha256(convert_to(lower(e.recipient), 'UTF8')), 'hex') = ANY(string_to_array(f.marks, ',')))
                LIMIT 1) d
            """
        )
        var resolved = facts
        for row in rows { resolved[try row.get("n") as Int].tenantID = try row.get("tenant_id") }
        return resolved
    }
}
