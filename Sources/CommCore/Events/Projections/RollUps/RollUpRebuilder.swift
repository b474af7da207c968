import FoundationEssentials
import Postgres

/// Makes roll-ups again from the facts, and proves that they are what the facts say.
///
/// While a campaign is looked at, the projection of its facts waits. Acts across tenants, so it needs the worker's role.
package struct RollUpRebuilder: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// Every campaign that a tenant has or had counts of, and nil for messages without one.
    package func campaigns(of tenantID: UUID) async throws -> [UUID?] {
        let rows = try await client.query(
            """
            SELECT id FROM campaigns WHERE tenant_id = \(tenantID) AND started_at IS NOT NULL
            UNION
            SELECT DISTINCT scope_id FROM event_rollups WHERE tenant_id = \(tenantID) AND scope = 1 AND provider = ''
            ORDER BY 1
            """
        )
        let ids = try rows.map { try $0.get("id") as UUID }.filter { $0.uuidString != RollUpTable.noCampaign }
        return ids + [nil]
    }

    /// Makes the roll-ups of one campaign (nil: of messages without one) what its facts say; tenant and lists follow by the difference.
    package func rebuild(tenantID: UUID, campaignID: UUID?) async throws {
        try await client.withTransaction { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            try await rebuild(tenantID: tenantID, campaignID: campaignID, on: connection)
        }
    }

    /// The same within the caller's transaction.
    package func rebuild(tenantID: UUID, campaignID: UUID?, on connection: PostgresConnection) async throws {
        try await RollUpLock.exclude(RollUpLock.key(tenantID: tenantID, campaignID: campaignID), on: connection)
        let facts = try await Self.facts(tenantID: tenantID, campaignID: campaignID, on: connection)
        try await connection.execute(RollUpSQL.replace(facts, existing: Self.key(tenantID, campaignID)))
    }

    /// The statement that asks comm-stats to make roll-ups again, once the transaction has changed facts that were counted already.
    ///
    /// - Parameter changed: what stands behind `FROM`, with columns `tenant_id` and `campaign_id`.
    static func marking(_ changed: SQL, now: Date) -> SQL {
        """
        INSERT INTO rollup_marks (tenant_id, campaign_id, marked_at)
        SELECT DISTINCT tenant_id, coalesce(campaign_id, '\(raw: RollUpTable.noCampaign)'), \(now)::timestamptz FROM \(sql: changed)
        ON CONFLICT DO NOTHING
        """
    }

    /// Rebuilds the campaign that was marked longest ago.
    ///
    /// - Returns: false when none is marked.
    package func rebuildMarked() async throws -> Bool {
        try await client.withTransaction { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            let marks = try await connection.query(
                "SELECT tenant_id, campaign_id FROM rollup_marks ORDER BY marked_at LIMIT 1 FOR UPDATE SKIP LOCKED"
            )
            guard let mark = marks.first else { return false }
            let (tenantID, campaignID): (UUID, UUID) = (try mark.get("tenant_id"), try mark.get("campaign_id"))
            let campaign = campaignID == RollUpTable.noCampaignID ? nil : campaignID
            // Locked first: a mark that is seen then is of facts that are seen then.
            try await RollUpLock.exclude(RollUpLock.key(tenantID: tenantID, campaignID: campaign), on: connection)
            try await connection.execute("DELETE FROM rollup_marks WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)")
            try await rebuild(tenantID: tenantID, campaignID: campaign, on: connection)
            return true
        }
    }

    /// The roll-ups of one campaign that are not what its facts say; none when all is well.
    package func check(tenantID: UUID, campaignID: UUID?) async throws -> [RollUpDifference] {
        try await client.withTransaction { connection in
            try await connection.execute("SET LOCAL statement_timeout = 0")
            try await RollUpLock.exclude(RollUpLock.key(tenantID: tenantID, campaignID: campaignID), on: connection)
            let facts = try await Self.facts(tenantID: tenantID, campaignID: campaignID, on: connection)
            let rows = try await connection.query(RollUpSQL.compare(facts, existing: Self.key(tenantID, campaignID)))
            return try rows.map { RollUpDifference(name: try $0.get("name"), campaignID: campaignID, rows: try $0.get("rows")) }
                .filter { $0.rows > 0 }
        }
    }

    /// Whether the counts of the tenant and of its lists are the sums of its campaigns', and those over all providers the sums of each.
    package func checkSums(tenantID: UUID) async throws -> [RollUpDifference] {
        let table = RollUpTable.events
        let sums: SQL = """
            SELECT scope, scope_id, provider, bucket_at, \(raw: table.sums) FROM (
                SELECT 0 AS scope, tenant_id AS scope_id, provider, bucket_at, \(raw: table.measureList) FROM event_rollups
                WHERE tenant_id = \(tenantID) AND scope = 1
                UNION ALL
                SELECT 1, scope_id, '', bucket_at, \(raw: table.measureList) FROM event_rollups
                WHERE tenant_id = \(tenantID) AND scope = 1 AND provider <> ''
                UNION ALL
                SELECT 3, scope_id, '', '-infinity', \(raw: table.measureList) FROM event_rollups
                WHERE tenant_id = \(tenantID) AND scope = 1 AND provider = ''
                UNION ALL
                SELECT 2, i.list_id, '', r.bucket_at, \(raw: table.measureList) FROM event_rollups r
                JOIN campaign_lists i ON i.tenant_id = r.tenant_id AND i.campaign_id = r.scope_id
                WHERE r.tenant_id = \(tenantID) AND r.scope = 1 AND r.provider = ''
                UNION ALL
                SELECT scope, scope_id, provider, bucket_at, \(raw: table.negated) FROM event_rollups
                WHERE tenant_id = \(tenantID) AND (scope <> 1 OR provider = '')) f
            GROUP BY scope, scope_id, provider, bucket_at HAVING \(raw: table.isAnyNonZero)
            """
        let count: Int = try await client.query("SELECT count(*)::int AS rows FROM (\(sql: sums)) s").one { try $0.get("rows") }
        return count == 0 ? [] : [RollUpDifference(name: table.name, campaignID: nil, rows: count)]
    }

    private static func key(_ tenantID: UUID, _ campaignID: UUID?) -> SQL {
        if let campaignID { return "\(tenantID)::uuid, \(campaignID)::uuid" }
        return "\(tenantID)::uuid, '\(raw: RollUpTable.noCampaign)'::uuid"
    }

    private static func facts(tenantID: UUID, campaignID: UUID?, on connection: PostgresConnection) async throws -> SQL {
        let range = try await idRange(tenantID: tenantID, campaignID: campaignID, on: connection)
        let source: SQL = """
            SELECT e.tenant_id, e.id, e.bucket_at AS event_bucket, e.type,
                   coalesce(e.campaign_id, '\(raw: RollUpTable.noCampaign)') AS campaign_id, e.contact_id, e.message_id, e.joined_on,
                   e.occurred_at,
                   coalesce(e.verdict, 'unknown') AS verdict, NULL::text AS old_verdict, false AS is_old, e.payload
            FROM email_events e WHERE e.tenant_id = \(tenantID) AND \(sql: ofCampaign("e", campaignID))
            """
        let log: SQL = """
            LEFT JOIN (SELECT d.tenant_id, d.id, d.created_at, comm_domain(d.recipient) AS domain, d.channel, d.occurred_at AS sent_at, d.is_test, d.joined_on
                       FROM delivery_events d WHERE d.tenant_id = \(tenantID)\(sql: range)) l
                ON l.id = s.message_id AND l.created_at = s.event_bucket
            """
        // It is in the delivery log, is counted when it is projected, and must not be now.
        let waiting = DispatchedChunk.waiting(
            tenantID: tenantID,
            where: "(i.payload ->> 'campaignID')::uuid IS NOT DISTINCT FROM \(campaignID)::uuid"
        )
        let logged: SQL = """
            SELECT d.* FROM delivery_events d
            WHERE d.tenant_id = \(tenantID) AND \(sql: ofCampaign("d", campaignID))\(sql: range)
              AND NOT EXISTS (SELECT FROM (\(sql: waiting)) w WHERE \(sql: DispatchedChunk.isMeant))
            """
        return "\(sql: RollUpFacts.ofEvents(source, log: log)) UNION ALL \(sql: RollUpFacts.ofLog(logged))"
    }

    private static func ofCampaign(_ alias: String, _ campaignID: UUID?) -> SQL {
        if let campaignID { "\(raw: alias).campaign_id = \(campaignID)" } else { "\(raw: alias).campaign_id IS NULL" }
    }

    /// The messages of a campaign are a range of the log's key.
    private static func idRange(tenantID: UUID, campaignID: UUID?, on connection: PostgresConnection) async throws -> SQL {
        // Events of tests have no campaign.
        guard let campaignID else { return " AND (d.campaign_id IS NULL OR d.is_test)" }
        let rows = try await connection.query("SELECT started_at FROM campaigns WHERE tenant_id = \(tenantID) AND id = \(campaignID)")
        guard let startedAt: Date = try rows.first?.get("started_at") else { return "" }
        let ids = SequenceIDs.range(startedAt: startedAt)
        return """
             AND d.id BETWEEN \(ids.first) AND \(ids.last)
             AND d.created_at BETWEEN \(UUIDv7.time(of: ids.first)) AND \(UUIDv7.time(of: ids.last))
            """
    }
}
