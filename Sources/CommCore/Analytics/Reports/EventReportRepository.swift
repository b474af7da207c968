import FoundationEssentials
import Postgres

/// SQL of totals and series, from the roll-ups by quarter of an hour.
package struct EventReportRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// The counts of a period, by step, with empty steps where there was nothing.
    ///
    /// - Parameter provider: nil for all; only tenants and campaigns are counted by provider.
    package func series(
        tenantID: UUID,
        subject: ReportSubject,
        provider: String? = nil,
        period: ReportPeriod,
        interval: ReportInterval
    ) async throws -> [ReportPoint] {
        try await client.withTenant(tenantID) { connection in
            try await Self.series(
                tenantID: tenantID,
                subject: subject,
                provider: provider,
                period: period,
                interval: interval,
                on: connection
            )
        }
    }

    static func series(
        tenantID: UUID,
        subject: ReportSubject,
        provider: String? = nil,
        period: ReportPeriod,
        interval: ReportInterval,
        on connection: PostgresConnection
    ) async throws -> [ReportPoint] {
        let starts = period.starts(of: interval)
        let rows = try await connection.query(
            """
            SELECT width_bucket(r.bucket_at, \(starts)::timestamptz[]) AS step, \(raw: ReportCounts.sums)
            FROM event_rollups r
            WHERE \(sql: rows(tenantID, subject, provider, period))
            GROUP BY 1
            """
        )
        var counts = [ReportCounts](repeating: ReportCounts(), count: starts.count)
        for row in rows {
            let step: Int = try row.get("step")
            if counts.indices.contains(step - 1) { counts[step - 1] = try ReportCounts(row: row) }
        }
        return zip(starts, counts).map { ReportPoint(start: $0, label: period.label(of: $0, interval: interval), counts: $1) }
    }

    /// The counts of a whole period; of all time without one.
    static func totals(
        tenantID: UUID,
        subject: ReportSubject,
        provider: String? = nil,
        period: ReportPeriod? = nil,
        on connection: PostgresConnection
    ) async throws -> ReportCounts {
        try await connection.query(
            "SELECT \(raw: ReportCounts.sums) FROM event_rollups r WHERE \(sql: rows(tenantID, subject, provider, period))"
        ).one(ReportCounts.init(row:))
    }

    /// Quarters with counted opens or clicks.
    static func activity(
        tenantID: UUID,
        campaignID: UUID,
        on connection: PostgresConnection
    ) async throws -> [(at: Date, opened: Int, clicked: Int)] {
        try await connection.query(
            """
            SELECT bucket_at, opened, clicked FROM event_rollups r
            WHERE r.tenant_id = \(tenantID) AND r.scope = 1 AND r.scope_id = \(campaignID) AND r.provider = ''
              AND (opened <> 0 OR clicked <> 0)
            """
        ).map { (try $0.get("bucket_at"), try $0.get("opened"), try $0.get("clicked")) }
    }

    private static func rows(_ tenantID: UUID, _ subject: ReportSubject, _ provider: String?, _ period: ReportPeriod?) -> SQL {
        let isWhole = period == nil && provider == nil
        let scope = if case .campaign = subject, isWhole { ReportSubject.wholeCampaign } else { subject.scope }
        var condition: SQL = """
            r.tenant_id = \(tenantID) AND r.scope = \(raw: String(scope)) AND r.scope_id = \(subject.id(of: tenantID))
            AND r.provider = \(provider ?? "")
            """
        if let period { condition += " AND r.bucket_at >= \(period.from) AND r.bucket_at < \(period.to)" }
        return condition
    }
}
