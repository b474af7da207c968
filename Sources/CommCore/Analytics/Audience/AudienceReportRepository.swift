import FoundationEssentials
import Postgres

/// SQL of how an audience grows and whom mail reached, from what ``AudienceCounter`` counted last.
enum AudienceReportRepository {
    /// How many there are, and how many of them came when.
    struct Growth: Sendable {
        let total: Int
        /// By step of the series that was asked for.
        let steps: [Int]
        let inPeriod: Int
    }

    /// People by event type who met their latest event of it since then.
    static func reach(
        tenantID: UUID,
        since: Date,
        on connection: PostgresConnection
    ) async throws -> (recipients: [String: Int], asOf: Date?) {
        let rows = try await connection.query(
            """
            SELECT kind, sum(total)::int AS total FROM audience_rollups
            WHERE tenant_id = \(tenantID) AND subject = 'reach' AND bucket_at >= \(since) GROUP BY kind
            """
        )
        let recipients = try rows.map { (try $0.get("kind") as String, try $0.get("total") as Int) }
        return (Dictionary(uniqueKeysWithValues: recipients), try await refreshedAt(tenantID: tenantID, on: connection))
    }

    /// How many there are now, and how many of them came in each step.
    static func growth(
        tenantID: UUID,
        subject: String,
        list: UUID?,
        period: ReportPeriod,
        interval: ReportInterval,
        on connection: PostgresConnection
    ) async throws -> Growth {
        let starts = period.starts(of: interval)
        let rows = try await connection.query(
            """
            SELECT NULL::int AS step, total FROM audience_rollups
            WHERE tenant_id = \(tenantID) AND subject = \(subject + "_total") AND subject_id = \(list ?? RollUpTable.noCampaignID)
            UNION ALL
            SELECT width_bucket(bucket_at, \(starts)::timestamptz[]), sum(total)::int FROM audience_rollups
            WHERE tenant_id = \(tenantID) AND subject = \(subject) AND subject_id = \(list ?? RollUpTable.noCampaignID) AND kind = ''
              AND bucket_at >= \(period.from) AND bucket_at < \(period.to)
            GROUP BY 1
            """
        )
        var (total, inPeriod, steps) = (0, 0, [Int](repeating: 0, count: starts.count))
        for row in rows {
            let count: Int = try row.get("total")
            guard let step: Int = try row.get("step") else {
                total = count
                continue
            }
            inPeriod += count
            if steps.indices.contains(step - 1) { steps[step - 1] += count }
        }
        return Growth(total: total, steps: steps, inPeriod: inPeriod)
    }

    static func refreshedAt(tenantID: UUID, on connection: PostgresConnection) async throws -> Date? {
        try await connection.query("SELECT refreshed_at FROM audience_refreshes WHERE tenant_id = \(tenantID)").first?
            .get("refreshed_at")
    }
}
