import FoundationEssentials
import Postgres

/// What happened to a tenant in a period.
package struct Overview: Sendable {
    package let period: ReportPeriod
    package let counts: ReportCounts
    package let channels: [ChannelCounts]
    /// By the contract's types: how many campaigns had such an event in the period.
    package let campaigns: [String: Int]
    /// By the contract's types: how many people met it in the period, as comm-stats counted last.
    package let recipients: [String: Int]
    package let recipientsAsOf: Date?
    package let topCampaigns: [CampaignActivity]
    package let progress: ReportProgress
}

/// SQL of the overview.
package struct OverviewRepository: Sendable {
    private static let topCampaigns = 10

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    package func overview(tenantID: UUID, period: ReportPeriod, now: Date) async throws -> Overview {
        try await client.withTenant(tenantID) { connection in
            let counts = try await EventReportRepository.totals(tenantID: tenantID, subject: .tenant, period: period, on: connection)
            let active = try await Self.campaigns(tenantID: tenantID, list: nil, period: period, now: now, on: connection)
            let reach = try await AudienceReportRepository.reach(tenantID: tenantID, since: period.from, on: connection)
            var campaigns: [String: Int] = [:]
            for campaign in active {
                for (type, count) in campaign.counts.byType where count > 0 { campaigns[type, default: 0] += 1 }
            }
            return Overview(
                period: period,
                counts: counts,
                channels: try await DeliveryCounterRepository.channels(tenantID: tenantID, period: period, on: connection),
                campaigns: campaigns,
                recipients: reach.recipients,
                recipientsAsOf: reach.asOf,
                topCampaigns: Array(active.prefix(Self.topCampaigns)),
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    /// Campaigns with anything counted in the period, those with most clicks first.
    ///
    /// Campaigns whose counters stand still since before the period are passed over; one that began and, as far as it has come, ended
    /// in it is one row.
    static func campaigns(
        tenantID: UUID,
        list: UUID?,
        period: ReportPeriod,
        now: Date,
        on connection: PostgresConnection
    ) async throws -> [CampaignActivity] {
        let ofList: SQL =
            list.map {
                " AND EXISTS (SELECT FROM campaign_lists i WHERE i.tenant_id = c.tenant_id AND i.campaign_id = c.id AND i.list_id = \($0))"
            } ?? ""
        return try await connection.query(
            """
            SELECT c.id, c.name, c.status, c.started_at, t.*
            FROM (SELECT g.*, g.started_at >= \(period.from) AND (m.updated_at < \(period.to) OR \(period.to)::timestamptz > \(now)) AS is_inside
                  FROM campaigns g
                  JOIN campaign_delivery_metrics m ON m.tenant_id = g.tenant_id AND m.campaign_id = g.id AND m.updated_at >= \(period.from)
                  WHERE g.tenant_id = \(tenantID) AND g.deleted_at IS NULL) c
            CROSS JOIN LATERAL (
                SELECT count(*) AS rows, \(raw: ReportCounts.sums)
                FROM (SELECT w.* FROM event_rollups w
                      WHERE c.is_inside AND w.tenant_id = c.tenant_id AND w.scope = \(raw: String(ReportSubject.wholeCampaign))
                        AND w.scope_id = c.id AND w.provider = ''
                      UNION ALL
                      SELECT q.* FROM event_rollups q
                      WHERE c.is_inside IS NOT TRUE AND q.tenant_id = c.tenant_id AND q.scope = 1 AND q.scope_id = c.id
                        AND q.provider = '' AND q.bucket_at >= \(period.from) AND q.bucket_at < \(period.to)) r) t
            WHERE t.rows > 0\(sql: ofList)
            ORDER BY t.clicks_human + t.clicks_unknown DESC, t.delivered DESC, c.id DESC
            """
        ).map {
            CampaignActivity(
                id: try $0.get("id"),
                name: try $0.get("name"),
                status: try $0.get("status"),
                startedAt: try $0.get("started_at"),
                counts: try ReportCounts(row: $0)
            )
        }
    }
}
