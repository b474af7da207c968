import CommCore
import FoundationEssentials

/// What the answers of all reports are made of.
enum ReportWire {
    /// Messages of one channel, whoever asked for them.
    struct Channel: Encodable {
        let channel: String
        let outcomes: [String: Int]

        init(_ counts: ChannelCounts) {
            (channel, outcomes) = (counts.channel, counts.outcomes)
        }
    }

    struct Verdicts: Encodable {
        let human: Int
        let unknown: Int
        let scanner: Int
        let machine: Int

        init(_ counts: VerdictCounts) {
            (human, unknown, scanner, machine) = (counts.human, counts.unknown, counts.scanner, counts.machine)
        }
    }

    struct Counts: Encodable {
        let sent: Int
        let suppressed: Int
        let skipped: Int
        let failed: Int
        let unknown: Int
        let accepted: Int
        let delivered: Int
        let deferred: Int
        let bounced: Int
        let hardBounced: Int
        let softBounced: Int
        let complained: Int
        let rejected: Int
        let blocked: Int
        let opens: Int
        let opened: Int
        let clicks: Int
        let clicked: Int
        let unsubscribed: Int
        let resubscribed: Int
        let opensByVerdict: Verdicts
        let clicksByVerdict: Verdicts

        init(_ counts: ReportCounts) {
            (sent, suppressed, skipped) = (counts.sent, counts.suppressed, counts.skipped)
            (failed, unknown, accepted) = (counts.failed, counts.unknown, counts.accepted)
            (delivered, deferred, bounced) = (counts.delivered, counts.deferred, counts.bounced)
            (hardBounced, softBounced, complained) = (counts.hardBounced, counts.softBounced, counts.complained)
            (rejected, blocked, opens, opened) = (counts.rejected, counts.blocked, counts.opens, counts.opened)
            (clicks, clicked, unsubscribed) = (counts.clicks, counts.clicked, counts.unsubscribed)
            resubscribed = counts.resubscribed
            opensByVerdict = Verdicts(counts.opensByVerdict)
            clicksByVerdict = Verdicts(counts.clicksByVerdict)
        }
    }

    /// Per cent, exact to two digits.
    struct Rates: Encodable {
        let delivery: Double
        let bounce: Double
        let complaint: Double
        let open: Double
        let click: Double
        let clickToOpen: Double
        let unsubscribe: Double

        init(_ rates: ReportRates) {
            (delivery, bounce, complaint) = (rates.delivery, rates.bounce, rates.complaint)
            (open, click, clickToOpen, unsubscribe) = (rates.open, rates.click, rates.clickToOpen, rates.unsubscribe)
        }

        init(_ counts: ReportCounts) {
            self.init(ReportRates(counts))
        }
    }

    struct Period: Encodable {
        let from: Date
        let to: Date
        let timezone: String

        init(_ period: ReportPeriod) {
            (from, to, timezone) = (period.from, period.to, period.zone.name)
        }
    }

    struct Point: Encodable {
        let at: Date
        let label: String
        let counts: Counts

        init(_ point: ReportPoint) {
            (at, label, counts) = (point.start, point.label, Counts(point.counts))
        }
    }

    /// Up to when everything is counted; null when comm-stats has not said yet.
    struct Freshness: Encodable {
        @OrNull var asOf: Date?
        @OrNull var ageSeconds: Double?
        /// Whether counts of some campaigns are still being made, or made again.
        let building: Bool
        let buildingCampaigns: Int

        init(_ progress: ReportProgress, now: Date) {
            (building, buildingCampaigns) = (progress.buildingCampaigns > 0, progress.buildingCampaigns)
            _asOf = OrNull(wrappedValue: progress.asOf)
            _ageSeconds = OrNull(wrappedValue: progress.age(at: now).map { ($0 * 1000).rounded() / 1000 })
        }
    }

    struct Campaign: Encodable {
        let id: UUID
        let name: String
        let status: String
        @OrNull var startedAt: Date?
        let sent: Int
        let delivered: Int
        let opened: Int
        let clicked: Int
        let uniqueClickers: Int
        let clickRate: Int
        let rates: Rates

        init(_ campaign: CampaignActivity) {
            let counts = campaign.counts
            (id, name, status) = (campaign.id, campaign.name, campaign.status)
            _startedAt = OrNull(wrappedValue: campaign.startedAt)
            (sent, delivered, opened, clicked) = (counts.sent, counts.delivered, counts.opened, counts.clicks)
            uniqueClickers = counts.clicked
            clickRate = ReportRates.wholePercent(counts.clicked, of: counts.delivered)
            rates = Rates(counts)
        }
    }
}
