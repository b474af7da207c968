import FoundationEssentials
import Postgres

/// A campaign in a period: its counts by day and what happened last.
package struct CampaignReport: Sendable {
    package let period: ReportPeriod
    package let counts: ReportCounts
    package let series: [ReportPoint]
    package let subject: String?
    package let recent: [StoredEvent]
    package let progress: ReportProgress
}

/// SQL of reports about one campaign over time.
package struct CampaignReportRepository: Sendable {
    private static let mostRecent = 25

    private let client: PostgresClient
    private let explorer: EventExplorer

    package init(client: PostgresClient) {
        self.client = client
        explorer = EventExplorer(client: client)
    }

    package func report(tenantID: UUID, campaignID: UUID, period: ReportPeriod) async throws -> CampaignReport {
        var filter = EventFilter()
        filter.campaignID = campaignID
        let recent = try await explorer.page(tenantID: tenantID, filter: filter, limit: Self.mostRecent)
        return try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let subject = try await connection.query(
                """
                SELECT subject FROM comm_campaign_artifacts WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
                ORDER BY id = \(campaign.artifactID) DESC NULLS LAST, version DESC LIMIT 1
                """
            )
            let series = try await EventReportRepository.series(
                tenantID: tenantID,
                subject: .campaign(campaignID),
                period: period,
                interval: .day,
                on: connection
            )
            return CampaignReport(
                period: period,
                counts: try await EventReportRepository.totals(
                    tenantID: tenantID,
                    subject: .campaign(campaignID),
                    period: period,
                    on: connection
                ),
                series: series,
                subject: try subject.first?.get("subject"),
                recent: recent.events,
                progress: recent.progress
            )
        }
    }

    /// All that was ever counted of a campaign.
    package func totals(tenantID: UUID, campaignID: UUID) async throws -> (counts: ReportCounts, progress: ReportProgress) {
        try await client.withTenant(tenantID) { connection in
            _ = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let counts = try await EventReportRepository.totals(tenantID: tenantID, subject: .campaign(campaignID), on: connection)
            return (counts, try await ReportProgress.read(on: connection))
        }
    }
}
