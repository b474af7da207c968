import Postgres

extension Campaign {
    /// The tables of a campaign's columns: `c` the campaign, `s` its send settings.
    static let tables: SQL = """
        campaigns c
        LEFT JOIN campaign_send_settings s ON s.tenant_id = c.tenant_id AND s.campaign_id = c.id
        """

    static let columns: SQL = """
        c.id, c.name, c.template_id, c.motor_block_id, c.status, c.status_reason, c.from_address, c.from_name, c.google_analytics,
        c.scheduled_at, c.timezone, c.reply_to, c.language, c.send_at_local_time, c.sending_windows, c.created_by, c.changed_by,
        c.status_by, c.status_at, c.approval, c.approval_hash, c.approval_size, c.submitted_by, c.deleted_at, c.artifact_id, c.snapshot_id, c.started_at, c.completed_at, c.created_at, c.updated_at,
        s.chunk_size, s.delay_seconds_between_chunks,
        ARRAY(SELECT l.list_id FROM campaign_lists l
               WHERE l.tenant_id = c.tenant_id AND l.campaign_id = c.id ORDER BY l.list_id) AS list_ids,
        ARRAY(SELECT l.list_id FROM campaign_exclude_lists l
               WHERE l.tenant_id = c.tenant_id AND l.campaign_id = c.id ORDER BY l.list_id) AS exclude_list_ids
        """

    init(row: PostgresRow) throws {
        let analytics: PostgresJSON = try row.get("google_analytics")
        let windows: PostgresJSON? = try row.get("sending_windows")
        self.init(
            id: try row.get("id"),
            name: try row.get("name"),
            templateID: try row.get("template_id"),
            motorBlockID: try row.get("motor_block_id"),
            status: try row.get("status"),
            statusReason: try row.get("status_reason"),
            fromAddress: try row.get("from_address"),
            fromName: try row.get("from_name"),
            replyTo: try row.get("reply_to"),
            language: try row.get("language"),
            googleAnalytics: try analytics.decode(),
            scheduledAt: try row.get("scheduled_at"),
            timezone: try row.get("timezone"),
            sendAtLocalTime: try row.get("send_at_local_time"),
            sendingWindows: try windows?.decode(),
            artifactID: try row.get("artifact_id"),
            snapshotID: try row.get("snapshot_id"),
            startedAt: try row.get("started_at"),
            completedAt: try row.get("completed_at"),
            createdAt: try row.get("created_at"),
            updatedAt: try row.get("updated_at"),
            deletedAt: try row.get("deleted_at"),
            listIDs: try row.get("list_ids"),
            excludeListIDs: try row.get("exclude_list_ids"),
            chunkSize: try row.get("chunk_size"),
            delaySecondsBetweenChunks: try row.get("delay_seconds_between_chunks"),
            provenance: CampaignProvenance(
                createdBy: try row.get("created_by"),
                changedBy: try row.get("changed_by"),
                statusBy: try row.get("status_by"),
                statusAt: try row.get("status_at")
            ),
            approval: try CampaignApproval(row: row)
        )
    }
}
