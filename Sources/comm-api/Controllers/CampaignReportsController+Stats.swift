import CommCore
import FoundationEssentials

extension CampaignReportsController {
    struct BalanceWire: Encodable {
        struct Reason: Encodable {
            let outcome: String
            @OrNull var reason: String?
            let count: Int64
        }

        let planned: Int64
        let sent: Int64
        let suppressed: Int64
        let skipped: Int64
        let failed: Int64
        let unknown: Int64
        let pending: Int64
        let closed: Bool
        let retried: Int64
        let tests: Int64
        let byReason: [Reason]

        init(_ balance: CampaignBalance) {
            (planned, sent, suppressed, skipped) = (balance.planned, balance.sent, balance.suppressed, balance.skipped)
            (failed, unknown, pending, closed) = (balance.failed, balance.unknown, balance.pending, balance.isClosed)
            (retried, tests) = (balance.retried, balance.tests)
            byReason = balance.byReason.map { Reason(outcome: $0.outcome, reason: $0.reason, count: $0.count) }
        }
    }

    /// Counts by event under the contract's names.
    struct TotalsWire: Encodable {
        let queued: Int64
        let sending: Int64
        let sent: Int64
        let delivered: Int64
        let bounced: Int64
        let complained: Int64
        let failed: Int64
        let blocked: Int64
        let deferred: Int64
        let opened: Int64
        let clicked: Int64
        let unsubscribed: Int64
        let analyticsDelivered: Int64
    }

    struct StatsWire: Encodable {
        let status: String
        let progress: Double
        let balance: BalanceWire
        let totals: TotalsWire
        let totalSent: Int64
        let delivered: Int64
        let bounced: Int64
        let complained: Int64
        let opened: Int64
        let clicked: Int64
        let clicks: Int64
        let unsubscribed: Int64
        let deliveryRate: Int
        let openRate: Int
        let clickRate: Int
        @OrNull var startedAt: Date?
        @OrNull var completedAt: Date?
        let opensByVerdict: ReportWire.Verdicts
        let clicksByVerdict: ReportWire.Verdicts
        let hardBounced: Int
        let softBounced: Int
        /// Exact shares, beside the whole per cent of the contract.
        let rates: ReportWire.Rates
        let freshness: ReportWire.Freshness

        init(_ stats: CampaignStats, counted: (counts: ReportCounts, progress: ReportProgress), now: Date) {
            opensByVerdict = ReportWire.Verdicts(counted.counts.opensByVerdict)
            clicksByVerdict = ReportWire.Verdicts(counted.counts.clicksByVerdict)
            (hardBounced, softBounced) = (counted.counts.hardBounced, counted.counts.softBounced)
            rates = ReportWire.Rates(counted.counts)
            freshness = ReportWire.Freshness(counted.progress, now: now)
            let totals = stats.totals
            (status, progress, balance) = (stats.status.rawValue, stats.progress, BalanceWire(stats.balance))
            self.totals = TotalsWire(
                queued: stats.balance.sent,
                sending: stats.balance.pending,
                sent: totals.accepted,
                delivered: totals.delivered,
                bounced: totals.bounced,
                complained: totals.complained,
                failed: stats.balance.failed,
                blocked: totals.rejected,
                deferred: totals.deferred,
                opened: totals.opened,
                clicked: totals.clicked,
                unsubscribed: totals.unsubscribed,
                analyticsDelivered: totals.delivered + totals.accepted
            )
            totalSent = stats.totalSent
            (delivered, bounced, complained) = (totals.delivered, totals.bounced, totals.complained)
            (opened, clicked, clicks, unsubscribed) = (totals.opened, totals.clicked, totals.clicks, totals.unsubscribed)
            (deliveryRate, openRate, clickRate) = (stats.deliveryRate, stats.openRate, stats.clickRate)
            _startedAt = OrNull(wrappedValue: stats.startedAt)
            _completedAt = OrNull(wrappedValue: stats.completedAt)
        }
    }
}
