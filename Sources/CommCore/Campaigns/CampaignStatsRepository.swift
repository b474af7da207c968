import FoundationEssentials
import Postgres

/// Reads a campaign's counters, and counts its delivery log by reason.
package struct CampaignStatsRepository: Sendable {
    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    /// How the delivery log is counted by reason.
    package enum ReasonCount: Sendable {
        case none
        /// What was not simply sent is counted, and the counter says how many were: quick, however large the campaign is.
        case unsent
        /// One row for each message is read, so the counters are proved.
        case everything
    }

    /// The campaign's numbers.
    package func stats(tenantID: UUID, campaignID: UUID, reasons count: ReasonCount = .everything) async throws -> CampaignStats {
        try await client.withTenant(tenantID) { connection in
            let campaign = try await CampaignRepository.find(tenantID: tenantID, id: campaignID, on: connection)
            let rows = try await connection.query(Self.counters(tenantID: tenantID, campaignID: campaignID))
            let counters = try rows.first.map(Counters.init(row:)) ?? Counters()
            var balance = counters.balance
            balance.tests = try await Self.tests(tenantID: tenantID, campaignID: campaignID, on: connection)
            if let startedAt = campaign.startedAt, count != .none {
                balance.byReason = try await Self.reasons(
                    tenantID: tenantID,
                    campaignID: campaignID,
                    startedAt: startedAt,
                    isUnsent: count == .unsent,
                    on: connection
                )
                if count == .unsent, balance.sent > 0 {
                    balance.byReason.append(CampaignBalance.Reason(outcome: "sent", reason: nil, count: balance.sent))
                    balance.byReason.sort { ($0.outcome, $0.reason ?? "") < ($1.outcome, $1.reason ?? "") }
                }
            }
            return CampaignStats(
                status: campaign.status,
                startedAt: campaign.startedAt,
                completedAt: campaign.completedAt,
                balance: balance,
                totals: counters.totals,
                progress: Self.progress(of: balance, expected: counters.expected, status: campaign.status)
            )
        }
    }

    /// While the audience is being expanded its size is known from the snapshot only.
    static func progress(of balance: CampaignBalance, expected: Int64, status: CampaignStatus) -> Double {
        if status == .completed { return 1 }
        let whole = max(balance.planned, expected)
        return whole > 0 ? Double(balance.finished) / Double(whole) : 0
    }

    private static func counters(tenantID: UUID, campaignID: UUID) -> SQL {
        """
        SELECT m.*,
               CASE WHEN e.finished_at IS NULL THEN coalesce(n.total_recipients + n.excluded, 0) ELSE 0 END AS expected
          FROM campaigns c
          LEFT JOIN campaign_delivery_metrics m ON m.tenant_id = c.tenant_id AND m.campaign_id = c.id
          LEFT JOIN campaign_expansions e ON e.tenant_id = c.tenant_id AND e.campaign_id = c.id
          LEFT JOIN comm_audience_snapshots n ON n.tenant_id = c.tenant_id AND n.id = c.snapshot_id
         WHERE c.tenant_id = \(tenantID) AND c.id = \(campaignID)
        """
    }

    private static func tests(tenantID: UUID, campaignID: UUID, on connection: PostgresConnection) async throws -> Int64 {
        try await connection.query(
            "SELECT count(*) AS count FROM delivery_events WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID) AND is_test"
        ).one { try $0.get("count") }
    }

    /// Every message id of a campaign begins with the milliseconds of its start, so the log of one campaign is a range of the key
    /// inside one partition, even though the log has no index by campaign.
    private static func reasons(
        tenantID: UUID,
        campaignID: UUID,
        startedAt: Date,
        isUnsent: Bool,
        on connection: PostgresConnection
    ) async throws -> [CampaignBalance.Reason] {
        let ids = SequenceIDs.range(startedAt: startedAt)
        let (from, to) = (UUIDv7.time(of: ids.first), UUIDv7.time(of: ids.last))
        let rows = try await connection.query(
            """
            SELECT outcome, reason, count(*) AS count
              FROM delivery_events
             WHERE tenant_id = \(tenantID) AND campaign_id = \(campaignID)
               AND id BETWEEN \(ids.first) AND \(ids.last) AND NOT is_test AND created_at BETWEEN \(from) AND \(to)
               \(sql: isUnsent ? "AND outcome <> 'sent'" : "")
             GROUP BY outcome, reason
             ORDER BY outcome, reason NULLS FIRST
            """
        )
        return try rows.map {
            CampaignBalance.Reason(outcome: try $0.get("outcome"), reason: try $0.get("reason"), count: try $0.get("count"))
        }
    }
}

/// One row of counters; all zero for a campaign that has none yet.
private struct Counters {
    var balance = CampaignBalance()
    var totals = CampaignTotals()
    /// Recipients that expansion has still to turn into planned messages, and those it has; 0 once it is done.
    var expected: Int64 = 0

    init() {}

    init(row: PostgresRow) throws {
        func count(_ column: String) throws -> Int64 {
            let value: Int64? = try row.get(column)
            return value ?? 0
        }
        balance.planned = try count("planned")
        balance.sent = try count("sent")
        balance.suppressed = try count("suppressed")
        balance.skipped = try count("skipped")
        balance.failed = try count("failed")
        balance.unknown = try count("unknown")
        balance.retried = try count("retried")
        totals.accepted = try count("accepted")
        totals.delivered = try count("delivered")
        totals.bounced = try count("bounced")
        totals.complained = try count("complained")
        totals.deferred = try count("deferred")
        totals.rejected = try count("rejected")
        totals.opened = try count("opened")
        totals.clicked = try count("clicked")
        totals.clicks = try count("clicks")
        totals.unsubscribed = try count("unsubscribed")
        expected = try count("expected")
    }
}
