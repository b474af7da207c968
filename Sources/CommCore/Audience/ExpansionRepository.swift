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

    let client: PostgresClient

    /// Moves due campaigns of active tenants from scheduled to sending.
    func startDue(now: Date) async throws -> [CampaignKey] {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                UPDATE campaigns c SET status = 'sending', started_at = coalesce(c.started_at, \(now)), updated_at = \(now)
                FROM (SELECT g.tenant_id, g.id FROM campaigns g JOIN tenants t ON t.tenant_id = g.tenant_id AND t.status = 'active'
                      WHERE g.status = 'scheduled' AND g.scheduled_at <= \(now) AND g.deleted_at IS NULL
                      FOR UPDATE OF g SKIP LOCKED) due
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
            return started
        }
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
            let inserted = try await insertMessages(key, state: state, limit: limit, now: now, on: connection)
            try await insertChunks(key, state: state, count: inserted.count, chunkSize: chunkSize, now: now, on: connection)
            try await advance(key, inserted: inserted, chunkSize: chunkSize, isLast: inserted.count < limit, now: now, on: connection)
            return inserted.count
        }
    }

    private struct State: Sendable {
        let cursor: UUID?
        let nextSequence: Int64
        let nextChunk: Int
        let milliseconds: Int64
        let artifactID: UUID
        let listIDs: [UUID]
        let fields: [String]
        let chunkSize: Int?
    }

    private struct Inserted: Sendable {
        let count: Int
        let lastContact: UUID?
    }

    /// Takes the expansion for this transaction; nil when somebody else has it or the campaign does not send.
    private func lock(_ key: CampaignKey, on connection: PostgresConnection) async throws -> State? {
        let rows = try await connection.query(
            """
            SELECT e.last_contact, e.next_seq, e.next_chunk, c.started_at, c.artifact_id, s.included_lists, p.chunk_size,
                   ARRAY(SELECT jsonb_array_elements_text(a.program->'fields')) AS fields
            FROM campaign_expansions e
            JOIN campaigns c ON c.tenant_id = e.tenant_id AND c.id = e.campaign_id
            JOIN comm_campaign_artifacts a ON a.tenant_id = c.tenant_id AND a.id = c.artifact_id
            JOIN comm_audience_snapshots s ON s.tenant_id = c.tenant_id AND s.id = c.snapshot_id
            LEFT JOIN campaign_send_settings p ON p.tenant_id = c.tenant_id AND p.campaign_id = c.id
            WHERE e.tenant_id = \(key.tenantID) AND e.campaign_id = \(key.campaignID) AND e.finished_at IS NULL
              AND c.status = 'sending'
            FOR UPDATE OF e SKIP LOCKED
            """
        )
        guard let row = rows.first else { return nil }
        return State(
            cursor: try row.get("last_contact"),
            nextSequence: try row.get("next_seq"),
            nextChunk: try row.get("next_chunk"),
            milliseconds: SequenceIDs.milliseconds(of: try row.get("started_at")),
            artifactID: try row.get("artifact_id"),
            listIDs: try row.get("included_lists"),
            fields: try row.get("fields"),
            chunkSize: try row.get("chunk_size")
        )
    }

    /// Each list gives its first members after the cursor; the first of their union are the page, each contact once.
    private func insertMessages(
        _ key: CampaignKey,
        state: State,
        limit: Int,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> Inserted {
        let rows = try await connection.query(
            """
            WITH members AS (
                SELECT DISTINCT m.contact_id
                FROM lists l, LATERAL (
                    SELECT lc.contact_id FROM list_contacts lc
                    JOIN contacts c ON c.tenant_id = lc.tenant_id AND c.id = lc.contact_id AND c.deleted_at IS NULL
                    WHERE lc.tenant_id = \(key.tenantID) AND lc.list_id = l.id AND lc.status = 'active'
                      AND lc.contact_id > \(state.cursor ?? Self.zero)
                    ORDER BY lc.contact_id LIMIT \(limit)) m
                WHERE l.tenant_id = \(key.tenantID) AND l.id = ANY(\(state.listIDs)::uuid[]) AND l.deleted_at IS NULL
                ORDER BY m.contact_id LIMIT \(limit)),
            numbered AS (
                SELECT contact_id, \(state.nextSequence)::bigint + row_number() OVER (ORDER BY contact_id) - 1 AS seq FROM members),
            inserted AS (
                INSERT INTO message_queue (tenant_id, priority, id, campaign_id, contact_id, recipient, artifact_id, merge_values,
                                           in_chunk, due_at)
                SELECT \(key.tenantID), \(Priority.campaign.rawValue), comm_message_id(\(state.milliseconds), n.seq),
                       \(key.campaignID), c.id, c.email, \(state.artifactID), \(sql: Self.mergeValues(state.fields)), true, \(now)
                FROM numbered n JOIN contacts c ON c.tenant_id = \(key.tenantID) AND c.id = n.contact_id
                ORDER BY n.seq
                RETURNING contact_id)
            SELECT count(*) AS count, (SELECT contact_id FROM members ORDER BY contact_id DESC LIMIT 1) AS last_contact FROM inserted
            """
        )
        guard let row = rows.first else { return Inserted(count: 0, lastContact: nil) }
        return Inserted(count: try row.get("count"), lastContact: try row.get("last_contact"))
    }

    private static let zero = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// The artifact's fields as a text array; everything that is not a column is an attribute.
    static func mergeValues(_ fields: [String]) -> SQL {
        guard !fields.isEmpty else { return "NULL::text[]" }
        let values = fields.map { field -> SQL in
            switch field {
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

    private func insertChunks(
        _ key: CampaignKey,
        state: State,
        count: Int,
        chunkSize: Int,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        guard count > 0 else { return }
        let starts = stride(from: 0, to: count, by: chunkSize).map { $0 }
        let numbers = starts.indices.map { state.nextChunk + $0 }
        let sizes = starts.map { min(chunkSize, count - $0) }
        let first = starts.map { SequenceIDs.lower(milliseconds: state.milliseconds, sequence: state.nextSequence + Int64($0)) }
        let last = zip(starts, sizes).map { start, size in
            SequenceIDs.upper(milliseconds: state.milliseconds, sequence: state.nextSequence + Int64(start + size - 1))
        }
        try await connection.execute(
            """
            INSERT INTO queue_chunks (tenant_id, campaign_id, priority, created_at, chunk_no, scope_no, first_id,
                                      last_id, size)
            SELECT \(key.tenantID), \(key.campaignID), \(Priority.campaign.rawValue), \(now), c.*
            FROM (SELECT unnest(\(numbers)::int[]), unnest(\(numbers)::int[]), unnest(\(first)::uuid[]),
                         unnest(\(last)::uuid[]), unnest(\(sizes)::int[])) c
            """
        )
    }

    private func advance(
        _ key: CampaignKey,
        inserted: Inserted,
        chunkSize: Int,
        isLast: Bool,
        now: Date,
        on connection: PostgresConnection
    ) async throws {
        let chunks = (inserted.count + chunkSize - 1) / chunkSize
        try await connection.execute(
            """
            UPDATE campaign_expansions
            SET last_contact = coalesce(\(inserted.lastContact), last_contact), next_seq = next_seq + \(inserted.count),
                next_chunk = next_chunk + \(chunks), finished_at = CASE WHEN \(isLast) THEN \(now)::timestamptz END
            WHERE tenant_id = \(key.tenantID) AND campaign_id = \(key.campaignID)
            """
        )
        try await connection.execute(
            """
            UPDATE campaign_delivery_metrics SET planned = planned + \(inserted.count), updated_at = \(now)
            WHERE tenant_id = \(key.tenantID) AND campaign_id = \(key.campaignID)
            """
        )
    }
}
