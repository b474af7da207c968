import FoundationEssentials
import Postgres

/// Up to when a report is complete.
package struct ReportProgress: Sendable, Equatable {
    /// All that was received until then is counted; nil when nothing was ever measured.
    package let asOf: Date?
    /// Campaigns of the tenant whose counts are being made, or made again, in the background.
    package let buildingCampaigns: Int

    /// What comm-stats said last, and what it has still to do for the tenant of the transaction.
    static func read(on connection: PostgresConnection) async throws -> ReportProgress {
        try await connection.query(
            """
            SELECT (SELECT projected_to FROM projection_progress) AS projected_to,
                   (SELECT count(DISTINCT campaign_id) FROM rollup_marks WHERE tenant_id = comm_tenant()) AS building
            """
        ).one { ReportProgress(asOf: try $0.get("projected_to"), buildingCampaigns: try $0.get("building")) }
    }

    /// Seconds between then and now.
    package func age(at now: Date) -> Double? {
        asOf.map { max(0, now.timeIntervalSince($0)) }
    }
}

/// Keeps what ``ReportProgress`` reads: a duty of comm-stats.
package struct ReportProgressUpdater: Sendable {
    private let client: PostgresClient
    private let time: any TimeSource

    package init(client: PostgresClient, time: any TimeSource) {
        (self.client, self.time) = (client, time)
    }

    /// All is counted up to the fact that waits longest for its first try, else up to now.
    package func update() async throws {
        let now = time.now
        try await client.execute(
            """
            INSERT INTO projection_progress AS p (projected_to, measured_at)
            SELECT coalesce((SELECT received_at FROM event_inbox WHERE attempts = 0 AND due_at <= \(now) ORDER BY due_at, id LIMIT 1),
                            \(now)::timestamptz), \(now)::timestamptz
            ON CONFLICT (only_row) DO UPDATE SET projected_to = excluded.projected_to, measured_at = excluded.measured_at
            WHERE excluded.measured_at > p.measured_at
            """
        )
    }
}
