import FoundationEssentials
import Postgres

/// Notices campaigns whose facts no roll-up has counted, those from before there were roll-ups, and marks them: a duty of comm-stats.
///
/// A tenant is looked at once. The counters of campaigns are older than the roll-ups and kept by the same facts, so a campaign whose
/// counters are ahead is one whose roll-ups lack something. ``RollUpRebuilder/rebuildMarked()`` makes them, a campaign at a time.
package struct RollUpCompletion: Sendable {
    private static let tenants = 100

    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        (self.client, self.time) = (client, time)
    }

    /// Looks at some tenants that were not looked at yet.
    ///
    /// - Returns: whether there may be more.
    package func step() async throws -> Bool {
        let now = time.now
        // What retention has deleted cannot be counted again: such a campaign keeps the roll-ups that it has.
        let looked = try await client.query(
            """
            WITH looked AS (
                SELECT t.tenant_id FROM tenants t WHERE NOT EXISTS (SELECT FROM rollup_checks c WHERE c.tenant_id = t.tenant_id)
                ORDER BY t.tenant_id LIMIT \(Self.tenants)),
            incomplete AS MATERIALIZED (
                SELECT m.tenant_id, m.campaign_id
                FROM looked l
                JOIN campaign_delivery_metrics m ON m.tenant_id = l.tenant_id
                JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
                LEFT JOIN event_rollups r ON r.tenant_id = m.tenant_id AND r.scope = 3 AND r.scope_id = m.campaign_id
                                         AND r.provider = '' AND r.bucket_at = '-infinity'
                LEFT JOIN retention_settings s ON s.tenant_id = m.tenant_id
                WHERE (m.sent + m.unknown > coalesce(r.sent + r.unknown, 0) OR m.suppressed > coalesce(r.suppressed, 0)
                       OR m.skipped > coalesce(r.skipped, 0) OR m.failed > coalesce(r.failed, 0)
                       OR m.accepted > coalesce(r.accepted, 0) OR m.delivered > coalesce(r.delivered, 0)
                       OR m.bounced > coalesce(r.hard_bounced + r.soft_bounced, 0) OR m.complained > coalesce(r.complained, 0)
                       OR m.deferred > coalesce(r.deferred, 0) OR m.rejected > coalesce(r.rejected + r.blocked, 0)
                       OR m.clicks > coalesce(r.clicks_human + r.clicks_unknown, 0)
                       OR m.opens > coalesce(r.opens_human + r.opens_unknown, 0))
                  AND (r.tenant_id IS NULL OR least(s.events_days, s.deliveries_days) IS NULL
                       OR c.started_at > \(now)::timestamptz - make_interval(days => least(s.events_days, s.deliveries_days)))),
            marked AS (
                INSERT INTO rollup_marks (tenant_id, campaign_id, marked_at)
                SELECT tenant_id, campaign_id, \(now)::timestamptz FROM incomplete
                UNION
                SELECT tenant_id, '\(raw: RollUpTable.noCampaign)', \(now)::timestamptz FROM incomplete
                ON CONFLICT DO NOTHING)
            INSERT INTO rollup_checks (tenant_id, checked_at, incomplete)
            SELECT l.tenant_id, \(now)::timestamptz, (SELECT count(*) FROM incomplete i WHERE i.tenant_id = l.tenant_id)
            FROM looked l
            ON CONFLICT DO NOTHING
            RETURNING tenant_id
            """
        )
        return looked.count == Self.tenants
    }
}
