import FoundationEssentials
import Postgres

/// SQL of the expansion.
///
/// The rows of a page, its chunks and the place where the next page begins move in one transaction, so a page is expanded once, whoever
/// does it and however often a sender dies.
struct ExpansionRepository: Sendable {
    struct CampaignKey: Sendable, Hashable {
        let tenantID: UUID
        let campaignID: UUID
    }

    /// Campaigns that one transaction starts: of more rows the audit log would keep the number only.
    private static let startedAtOnce = 50

    let client: PostgresClient

    /// Moves due campaigns of active tenants from scheduled to sending.
    func startDue(now: Date) async throws -> [CampaignKey] {
        try await client.withTransaction { connection in
            try await TransactionActor.set("comm-sender:expander", on: connection)
            let rows = try await connection.query(
                """
                UPDATE campaigns c SET status = 'sending', started_at = coalesce(c.started_at, \(now)), updated_at = \(now)
                FROM (SELECT g.tenant_id, g.id FROM campaigns g JOIN tenants t ON t.tenant_id = g.tenant_id AND t.status = 'active'
                      WHERE g.status = 'scheduled' AND coalesce(g.starts_at, g.scheduled_at) <= \(now) AND g.deleted_at IS NULL
                      LIMIT \(Self.startedAtOnce) FOR UPDATE OF g SKIP LOCKED) due
                WHERE c.tenant_id = due.tenant_id AND c.id = due.id
                RETURNING c.tenant_id, c.id
                """
            )
            let started = try rows.map { CampaignKey(tenantID: try $0.get("tenant_id"), campaignID: try $0.get("id")) }
            guard !started.isEmpty else { return [] }
            let tenants = started.map(\.tenantID)
            let campaigns = started.map(\.campaignID)
            try await connection.execute(
                """
                INSERT INTO campaign_expansions (tenant_id, campaign_id)
                SELECT unnest(\(tenants)::uuid[]), unnest(\(campaigns)::uuid[]) ON CONFLICT DO NOTHING
                """
            )
            try await connection.execute(
                """
                INSERT INTO campaign_delivery_metrics (tenant_id, campaign_id, updated_at)
                SELECT unnest(\(tenants)::uuid[]), unnest(\(campaigns)::uuid[]), \(now) ON CONFLICT DO NOTHING
                """
            )
            try await connection.execute(
                """
                INSERT INTO lane_turns (tenant_id, served_at) SELECT DISTINCT unnest(\(tenants)::uuid[]), '-infinity'::timestamptz
                ON CONFLICT DO NOTHING
                """
            )
            // In this transaction: a campaign with windows must not send for a moment without.
            try await WindowRepository.refresh(now: now, on: connection)
            return started
        }
    }

    /// Opens and closes the sending windows of campaigns.
    func refreshWindows(now: Date) async throws {
        try await client.withConnection { try await WindowRepository.refresh(now: now, on: $0) }
    }

    /// Sending campaigns whose audience is not wholly in the queue yet.
    func unfinished() async throws -> [CampaignKey] {
        try await client.query(
            """
            SELECT e.tenant_id, e.campaign_id FROM campaign_expansions e
            JOIN campaigns c ON c.tenant_id = e.tenant_id AND c.id = e.campaign_id
            WHERE e.finished_at IS NULL AND c.status = 'sending' ORDER BY c.started_at
            """
        ).map { CampaignKey(tenantID: try $0.get("tenant_id"), campaignID: try $0.get("campaign_id")) }
    }

    /// Expands the next page.
    ///
    /// - Returns: how many messages were made; 0 when the campaign is finished or another sender is at it.
    func expandPage(_ key: CampaignKey, pageSize: Int, defaultChunkSize: Int, now: Date) async throws -> Int {
        try await client.withTransaction { connection in
            guard let state = try await lock(key, on: connection) else { return 0 }
            let chunkSize = state.chunkSize ?? defaultChunkSize
            let limit = max(1, pageSize / chunkSize) * chunkSize
            let page = ExpansionPage(key: key, state: state, limit: limit, now: now)
            let groups = try await page.insertMessages(on: connection)
            let chunks = ChunkPlan.chunks(groups.map(\.count), size: chunkSize)
            try await page.insertChunks(chunks, of: groups, on: connection)
            try await page.advance(groups, chunks: chunks.count, on: connection)
            try await page.tell(groups, on: connection)
            return groups.reduce(0) { $0 + $1.count }
        }
    }

    /// Where an expansion stands, and what the next page needs to know.
    struct State: Sendable {
        let cursor: UUID?
        let nextSequence: Int64
        let nextChunk: Int
        let milliseconds: Int64
        let artifactID: UUID
        let listIDs: [UUID]
        let excludedListIDs: [UUID]
        let fields: [String]
        let chunkSize: Int?
        /// Where everybody gets it by their own clock.
        let localTime: LocalTimePlan?
    }

    /// Takes the expansion for this transaction; nil when somebody else has it or the campaign does not send.
    private func lock(_ key: CampaignKey, on connection: PostgresConnection) async throws -> State? {
        let rows = try await connection.query(
            """
            SELECT e.last_contact, e.next_seq, e.next_chunk, c.started_at, c.artifact_id, s.included_lists, s.excluded_lists, p.chunk_size,
                   CASE WHEN c.send_at_local_time THEN c.scheduled_at END AS local_time, coalesce(c.timezone, t.timezone) AS timezone,
                   ARRAY(SELECT jsonb_array_elements_text(a.program->'fields')) AS fields
            FROM campaign_expansions e
            JOIN campaigns c ON c.tenant_id = e.tenant_id AND c.id = e.campaign_id
            JOIN comm_campaign_artifacts a ON a.tenant_id = c.tenant_id AND a.id = c.artifact_id
            JOIN comm_audience_snapshots s ON s.tenant_id = c.tenant_id AND s.id = c.snapshot_id
            LEFT JOIN campaign_send_settings p ON p.tenant_id = c.tenant_id AND p.campaign_id = c.id
            LEFT JOIN tenant_settings t ON t.tenant_id = c.tenant_id
            WHERE e.tenant_id = \(key.tenantID) AND e.campaign_id = \(key.campaignID) AND e.finished_at IS NULL
              AND c.status = 'sending'
            FOR UPDATE OF e SKIP LOCKED
            """
        )
        guard let row = rows.first else { return nil }
        let (localTime, zone): (Date?, String?) = (try row.get("local_time"), try row.get("timezone"))
        return State(
            cursor: try row.get("last_contact"),
            nextSequence: try row.get("next_seq"),
            nextChunk: try row.get("next_chunk"),
            milliseconds: SequenceIDs.milliseconds(of: try row.get("started_at")),
            artifactID: try row.get("artifact_id"),
            listIDs: try row.get("included_lists"),
            excludedListIDs: try row.get("excluded_lists"),
            fields: try row.get("fields"),
            chunkSize: try row.get("chunk_size"),
            localTime: localTime.map { LocalTimePlan(scheduledAt: $0, zoneName: zone) }
        )
    }

    /// The artifact's fields as a text array; everything that is not a column is an attribute.
    static func mergeValues(_ fields: [String]) -> SQL {
        guard !fields.isEmpty else { return "NULL::text[]" }
        let values = fields.map { field -> SQL in
            switch field {
            case RenderProgram.trackingOptOutField: "CASE WHEN c.tracking_opt_out THEN '1' END"
            case "name": "c.name"
            case "email": "c.email"
            case "phone": "c.phone"
            case "identity_name": "c.identity_name"
            case "identity_type": "c.identity_type"
            case "language": "c.language"
            default: AttributeSQL.text(field.hasPrefix("attributes.") ? String(field.dropFirst(11)) : field, of: "c.attributes")
            }
        }
        return "ARRAY[" + SQL.joined(values, separator: ", ") + "]::text[]"
    }
}
