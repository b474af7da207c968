import FoundationEssentials
import Postgres

/// Finds messages in the delivery log, and those that have not left yet in the queue.
struct MessageRecordRepository: Sendable {
    let client: PostgresClient

    /// The message that a campaign made for a contact; nil when there is none.
    ///
    /// All ids of a campaign are one range of the log's key, and the expansion notes which few thousand of them are those of a range of
    /// contacts: no index by contact has to be kept while sending.
    func find(tenantID: UUID, campaignID: UUID, contactID: UUID) async throws -> MessageRecord? {
        try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            guard let startedAt = campaign.startedAt else { return nil }
            let ids = try await ExpansionPages.range(
                tenantID: tenantID,
                campaignID: campaignID,
                contactID: contactID,
                startedAt: startedAt,
                on: connection
            )
            let selection: SQL = """
                m.id BETWEEN \(ids.first) AND \(ids.last) AND m.campaign_id = \(campaignID) AND m.contact_id = \(contactID) AND NOT m.is_test
                """
            return try await Self.find(tenantID: tenantID, madeAt: startedAt, selection, on: connection)
        }
    }

    /// A message by its id; nil when there is none.
    func find(tenantID: UUID, messageID: UUID) async throws -> MessageRecord? {
        guard let madeAt = UUIDv7.time(of: messageID) else { return nil }
        return try await client.withTenant(tenantID) { connection in
            try await Self.find(tenantID: tenantID, madeAt: madeAt, "m.id = \(messageID)", on: connection)
        }
    }

    private static func find(
        tenantID: UUID,
        madeAt: Date,
        _ selection: SQL,
        on connection: PostgresConnection
    ) async throws -> MessageRecord? {
        let priorities = Priority.allCases.map(\.rawValue)
        let rows = try await connection.query(
            """
            WITH message AS (
                SELECT m.tenant_id, m.id, m.campaign_id, m.contact_id, m.recipient, m.artifact_id, m.merge_values, m.outcome, m.reason,
                       m.occurred_at
                  FROM delivery_events m
                 WHERE m.tenant_id = \(tenantID) AND m.created_at BETWEEN \(madeAt - 1) AND \(madeAt + 1) AND \(sql: selection)
                 UNION ALL
                SELECT m.tenant_id, m.id, m.campaign_id, m.contact_id, m.recipient, m.artifact_id, m.merge_values, 'queued',
                       m.last_error, NULL
                  FROM message_queue m
                 WHERE m.tenant_id = \(tenantID) AND m.priority = ANY(\(priorities)::smallint[]) AND \(sql: selection)
                 LIMIT 1)
            SELECT m.id, m.campaign_id, m.contact_id, m.recipient, m.merge_values, m.outcome, m.reason, m.occurred_at,
                   a.id AS artifact_id, a.version, a.hash, a.program,
                   c.name AS campaign_name, c.motor_block_id, c.from_address, c.from_name, c.reply_to,
                   EXISTS (SELECT FROM contacts p
                            WHERE p.tenant_id = m.tenant_id AND p.id = m.contact_id AND p.deleted_at IS NULL) AS has_contact
              FROM message m
              JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
              JOIN comm_campaign_artifacts a ON a.tenant_id = m.tenant_id AND a.id = m.artifact_id
            """
        )
        return try rows.first.map(MessageRecord.init(row:))
    }
}
