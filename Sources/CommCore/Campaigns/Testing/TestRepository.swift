import FoundationEssentials
import Postgres

/// SQL of test sends.
enum TestRepository {
    struct Message: Sendable {
        let id: UUID
        let recipient: String
        let values: [String?]
    }

    /// Why addresses are suppressed, by their normalized form.
    static func suppressed(
        _ addresses: [String],
        tenantID: UUID,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> [String: (reason: String, source: String)] {
        let rows = try await connection.query(
            """
            SELECT a.address AS email_norm, s.reason, s.source FROM unnest(\(addresses)::text[]) AS a (address)
             CROSS JOIN LATERAL (SELECT reason, source FROM suppressions
                                  WHERE tenant_id = \(tenantID) AND email_norm IN (a.address, '@' || split_part(a.address, '@', -1))
                                    AND scope <> 'list' AND (expires_at IS NULL OR expires_at > \(now)) ORDER BY scope LIMIT 1) s
            """
        )
        var found: [String: (reason: String, source: String)] = [:]
        for row in rows { found[try row.get("email_norm")] = (reason: try row.get("reason"), source: try row.get("source")) }
        return found
    }

    /// What the artifact asks of a recipient.
    static func fields(of artifactID: UUID, tenantID: UUID, on connection: PostgresConnection) async throws -> [String] {
        try await connection.query(
            """
            SELECT ARRAY(SELECT jsonb_array_elements_text(program -> 'fields')) AS fields
              FROM comm_campaign_artifacts WHERE tenant_id = \(tenantID) AND id = \(artifactID)
            """
        ).one { try $0.get("fields") }
    }

    /// A contact's values, as the expansion would freeze them; nil when there is no such contact.
    static func values(
        of fields: [String],
        contactID: UUID,
        tenantID: UUID,
        on connection: PostgresConnection
    ) async throws -> [String?]? {
        let rows = try await connection.query(
            """
            SELECT coalesce(\(sql: ExpansionRepository.mergeValues(fields)), '{}') AS values FROM contacts c
             WHERE c.tenant_id = \(tenantID) AND c.id = \(contactID) AND c.deleted_at IS NULL
            """
        )
        return try rows.first?.get("values")
    }

    static func enqueue(
        _ messages: [Message],
        artifactID: UUID,
        _ scope: CampaignScope,
        on connection: PostgresConnection
    ) async throws {
        // All messages of a test have the same values.
        try await connection.execute(
            """
            INSERT INTO message_queue (tenant_id, priority, id, campaign_id, recipient, artifact_id, merge_values, in_chunk, due_at, is_test)
            SELECT \(scope.tenantID), \(Priority.transactional.rawValue), m.id, \(scope.campaignID), m.recipient, \(artifactID),
                   \(messages.first?.values ?? [])::text[], false, \(scope.now), true
              FROM (SELECT unnest(\(messages.map(\.id))::uuid[]) AS id, unnest(\(messages.map(\.recipient))::text[]) AS recipient) m
            """
        )
    }
}
