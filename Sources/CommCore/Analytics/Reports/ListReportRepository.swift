import FoundationEssentials
import Postgres

/// A list: who is in it, and how the campaigns to it fared.
package struct ListReport: Sendable {
    package let id: UUID
    package let name: String
    package let type: String
    package let createdAt: Date
    package let period: ReportPeriod
    package let members: Int
    package let added: Int
    /// New members by day.
    package let growth: [Int]
    package let counts: ReportCounts
    package let series: [ReportPoint]
    package let campaigns: [CampaignActivity]
    package let audienceAsOf: Date?
    package let progress: ReportProgress
}

/// SQL of reports about lists.
///
/// A campaign to several lists is counted whole under each of them.
package struct ListReportRepository: Sendable {
    private static let mostCampaigns = 50

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    package func report(tenantID: UUID, listID: UUID, period: ReportPeriod, now: Date) async throws -> ListReport {
        try await client.withTenant(tenantID) { connection in
            let rows = try await connection.query(
                "SELECT name, type, created_at FROM lists WHERE tenant_id = \(tenantID) AND id = \(listID) AND deleted_at IS NULL"
            )
            guard let row = rows.first else { throw ContactError.listNotFound }
            let growth = try await AudienceReportRepository.growth(
                tenantID: tenantID,
                subject: "list",
                list: listID,
                period: period,
                interval: .day,
                on: connection
            )
            let series = try await EventReportRepository.series(
                tenantID: tenantID,
                subject: .list(listID),
                period: period,
                interval: .day,
                on: connection
            )
            let campaigns = try await OverviewRepository.campaigns(
                tenantID: tenantID,
                list: listID,
                period: period,
                now: now,
                on: connection
            )
            return ListReport(
                id: listID,
                name: try row.get("name"),
                type: try row.get("type"),
                createdAt: try row.get("created_at"),
                period: period,
                members: growth.total,
                added: growth.inPeriod,
                growth: growth.steps,
                counts: try await EventReportRepository.totals(tenantID: tenantID, subject: .list(listID), period: period, on: connection),
                series: series,
                campaigns: Array(campaigns.prefix(Self.mostCampaigns)),
                audienceAsOf: try await AudienceReportRepository.refreshedAt(tenantID: tenantID, on: connection),
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }
}
