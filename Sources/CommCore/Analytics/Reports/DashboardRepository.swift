import FoundationEssentials
import Postgres

/// A tenant at a glance.
package struct Dashboard: Sendable {
    /// A campaign on its way.
    package struct Running: Sendable, Equatable {
        package let id: UUID
        package let name: String
        package let status: String
        package let statusReason: String?
        package let scheduledAt: Date?
        package let startedAt: Date?
        package let planned: Int64
        package let finished: Int64
    }

    /// How a number of people grew.
    package struct Growth: Sendable, Equatable {
        package let total: Int
        package let added: Int
        package let steps: [Int]
    }

    /// A list and how it grew.
    package struct ListGrowth: Sendable, Equatable {
        package let id: UUID
        package let name: String
        package let members: Int
        package let added: Int
    }

    package let period: ReportPeriod
    package let previous: ReportPeriod
    package let counts: ReportCounts
    package let previousCounts: ReportCounts
    package let channels: [ChannelCounts]
    package let previousChannels: [ChannelCounts]
    package let series: [ReportPoint]
    package let running: [Running]
    package let contacts: Growth
    package let suppressions: Growth
    package let lists: [ListGrowth]
    package let audienceAsOf: Date?
    package let progress: ReportProgress
}

/// SQL of the dashboard.
package struct DashboardRepository: Sendable {
    private static let mostRunning = 20
    private static let mostLists = 10

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    package func dashboard(tenantID: UUID, period: ReportPeriod, days: Int) async throws -> Dashboard {
        try await client.withTenant(tenantID) { connection in
            let previous = period.earlier(byDays: days)
            let series = try await EventReportRepository.series(
                tenantID: tenantID,
                subject: .tenant,
                period: period,
                interval: .day,
                on: connection
            )
            func growth(_ subject: String) async throws -> Dashboard.Growth {
                let found = try await AudienceReportRepository.growth(
                    tenantID: tenantID,
                    subject: subject,
                    list: nil,
                    period: period,
                    interval: .day,
                    on: connection
                )
                return Dashboard.Growth(total: found.total, added: found.inPeriod, steps: found.steps)
            }
            return Dashboard(
                period: period,
                previous: previous,
                counts: try await EventReportRepository.totals(tenantID: tenantID, subject: .tenant, period: period, on: connection),
                previousCounts: try await EventReportRepository.totals(
                    tenantID: tenantID,
                    subject: .tenant,
                    period: previous,
                    on: connection
                ),
                channels: try await DeliveryCounterRepository.channels(tenantID: tenantID, period: period, on: connection),
                previousChannels: try await DeliveryCounterRepository.channels(tenantID: tenantID, period: previous, on: connection),
                series: series,
                running: try await Self.running(tenantID, on: connection),
                contacts: try await growth("contacts"),
                suppressions: try await growth("suppressions"),
                lists: try await Self.lists(tenantID, since: period.from, on: connection),
                audienceAsOf: try await AudienceReportRepository.refreshedAt(tenantID: tenantID, on: connection),
                progress: try await ReportProgress.read(on: connection)
            )
        }
    }

    private static func running(_ tenantID: UUID, on connection: PostgresConnection) async throws -> [Dashboard.Running] {
        try await connection.query(
            """
            SELECT c.id, c.name, c.status, c.status_reason, c.scheduled_at, c.started_at, coalesce(m.planned, 0) AS planned,
                   coalesce(m.sent + m.suppressed + m.skipped + m.failed + m.unknown, 0) AS finished
            FROM campaigns c LEFT JOIN campaign_delivery_metrics m ON m.tenant_id = c.tenant_id AND m.campaign_id = c.id
            WHERE c.tenant_id = \(tenantID) AND c.status IN ('scheduled', 'sending', 'paused') AND c.deleted_at IS NULL
            ORDER BY c.status = 'sending' DESC, c.status = 'paused' DESC, c.scheduled_at NULLS FIRST, c.id DESC
            LIMIT \(mostRunning)
            """
        ).map { row in
            Dashboard.Running(
                id: try row.get("id"),
                name: try row.get("name"),
                status: try row.get("status"),
                statusReason: try row.get("status_reason"),
                scheduledAt: try row.get("scheduled_at"),
                startedAt: try row.get("started_at"),
                planned: try row.get("planned"),
                finished: try row.get("finished")
            )
        }
    }

    private static func lists(_ tenantID: UUID, since: Date, on connection: PostgresConnection) async throws -> [Dashboard.ListGrowth] {
        try await connection.query(
            """
            SELECT t.id, t.name, t.members, a.added
            FROM (SELECT l.id, l.name, m.total AS members FROM audience_rollups m
                  JOIN lists l ON l.tenant_id = \(tenantID) AND l.id = m.subject_id AND l.deleted_at IS NULL
                  WHERE m.tenant_id = \(tenantID) AND m.subject = 'list_total'
                  ORDER BY m.total DESC, l.id LIMIT \(mostLists)) t
            CROSS JOIN LATERAL (SELECT coalesce(sum(total), 0)::int AS added FROM audience_rollups g
                                WHERE g.tenant_id = \(tenantID) AND g.subject = 'list' AND g.subject_id = t.id AND g.kind = ''
                                  AND g.bucket_at >= \(since)) a
            ORDER BY t.members DESC, t.id
            """
        ).map { row in
            Dashboard.ListGrowth(
                id: try row.get("id"),
                name: try row.get("name"),
                members: try row.get("members"),
                added: try row.get("added")
            )
        }
    }
}
