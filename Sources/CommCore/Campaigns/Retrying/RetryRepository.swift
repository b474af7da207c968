import FoundationEssentials
import Postgres

/// Asks for failed messages to be tried again; the sender puts them back.
package struct RetryRepository: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Leaves the wish and lets a finished campaign go on.
    ///
    /// A wish that is open is answered again instead of a second one.
    /// - Returns: nil when no message is of these classes.
    /// - Throws: `CampaignError`: `illegalTransition` for a campaign that has not begun or was cancelled, `notFound`.
    package func request(tenantID: UUID, campaignID: UUID, classes: [RetryClass], by who: String?) async throws -> CampaignRetry? {
        let now = time.now
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.lock(tenantID: tenantID, id: campaignID, on: connection)
            guard let startedAt = campaign.startedAt, [.sending, .paused, .completed].contains(campaign.status) else {
                throw CampaignError(.illegalTransition, "Nothing can be tried again of a campaign that is \(campaign.status.rawValue)")
            }
            let open = try await connection.query(
                """
                SELECT \(sql: CampaignRetry.columns) FROM campaign_retries
                 WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND finished_at IS NULL ORDER BY id LIMIT 1
                """
            )
            if let row = open.first { return try CampaignRetry(row: row) }
            let count = try await Self.count(classes, tenantID: tenantID, campaignID: campaignID, startedAt: startedAt, on: connection)
            guard count > 0 else { return nil }
            let rows = try await connection.query(
                """
                INSERT INTO campaign_retries (tenant_id, id, campaign_id, classes, requested_by, requested, created_at)
                VALUES (\(tenantID), \(UUIDv7.make(at: now)), \(campaignID), \(classes)::text[], \(who), \(count), \(now))
                RETURNING \(sql: CampaignRetry.columns)
                """
            )
            if campaign.status == .completed {
                try await connection.execute(
                    """
                    UPDATE campaigns SET status = 'sending', completed_at = NULL, status_by = \(who), status_at = \(now), updated_at = \(now)
                     WHERE tenant_id = \(tenantID) AND id = \(campaignID)
                    """
                )
            }
            return try rows.one(CampaignRetry.init(row:))
        }
    }

    private static func count(
        _ classes: [RetryClass],
        tenantID: UUID,
        campaignID: UUID,
        startedAt: Date,
        on connection: PostgresConnection
    ) async throws -> Int64 {
        try await connection.query(
            """
            SELECT count(*) AS count FROM delivery_events d
             WHERE \(sql: selection(classes, tenantID: tenantID, campaignID: campaignID, startedAt: startedAt))
            """
        ).one { try $0.get("count") }
    }

    /// The rows `d` of the delivery log that are meant: all in one partition, found by the index of what was not sent.
    ///
    /// Whoever was deleted for good or erased is nobody's recipient any more.
    static func selection(_ classes: [RetryClass], tenantID: UUID, campaignID: UUID, startedAt: Date) -> SQL {
        let ids = SequenceIDs.range(startedAt: startedAt)
        return """
            d.tenant_id = \(tenantID) AND d.campaign_id = \(campaignID) AND d.outcome <> 'sent' AND d.outcome IN ('failed', 'unknown')
            AND d.id BETWEEN \(ids.first) AND \(ids.last)
            AND d.created_at BETWEEN \(UUIDv7.time(of: ids.first)) AND \(UUIDv7.time(of: ids.last))
            AND NOT d.is_test AND d.contact_id IS NOT NULL AND \(sql: RetryClass.sql) = ANY(\(classes)::text[])
            """
    }
}
