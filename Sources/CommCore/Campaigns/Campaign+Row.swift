import Postgres

extension Campaign {
    /// The tables of a campaign's columns: `c` the campaign, `s` its send settings.
    static let tables: SQL = """
        campaigns c
        LEFT JOIN campaign_send_settings s ON s.tenant_id = c.tenant_id AND s.campaign_id = c.id
        """

    static let columns: SQL = """
        c.id, c.name, c.template_id, c.motor_block_id, c.status, c.status_reason, c.from_address, c.from_name, c.google_analytics,
        c.scheduled_at, c.timezone, c.artifact_id, c.snapshot_id, c.started_at, c.completed_at, c.created_at, c.updated_at,
        s.chunk_size, s.delay_seconds_between_chunks,
        ARRAY(SELECT l.list_id FROM campaign_lists l
               WHERE l.tenant_id = c.tenant_id AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids
        """

    init(row: PostgresRow) throws {
        let analytics: PostgresJSON = try row.get("google_analytics")
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            templateID: try row.get("template_id"),
            motorBlockID: try row.get("motor_block_id"),
            status: try row.get("status"),
            statusReason: try row.get("status_reason"),
            fromAddress: try row.get("from_address"),
            fromName: try row.get("from_name"),
            googleAnalytics: try analytics.decode(),
            scheduledAt: try row.get("scheduled_at"),
            timezone: try row.get("timezone"),
            artifactID: try row.get("artifact_id"),
            snapshotID: try row.get("snapshot_id"),
            startedAt: try row.get("started_at"),
            completedAt: try row.get("completed_at"),
            createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at"),
            listIDs: try row.get("list_ids"),
            chunkSize: try row.get("chunk_size"),
            delaySecondsBetweenChunks: try row.get("delay_seconds_between_chunks")
        )
    }
}
