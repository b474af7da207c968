import CommCore
import FoundationEssentials

extension AnalyticsController {
    struct DashboardWire: Encodable {
        struct Running: Encodable {
            let id: UUID
            let name: String
            let status: String
            @OrNull var statusReason: String?
            @OrNull var scheduledAt: Date?
            @OrNull var startedAt: Date?
            let planned: Int64
            let finished: Int64
            let progress: Double

            init(_ campaign: Dashboard.Running) {
                (id, name, status) = (campaign.id, campaign.name, campaign.status)
                _statusReason = OrNull(wrappedValue: campaign.statusReason)
                _scheduledAt = OrNull(wrappedValue: campaign.scheduledAt)
                _startedAt = OrNull(wrappedValue: campaign.startedAt)
                (planned, finished) = (campaign.planned, campaign.finished)
                progress = campaign.planned > 0 ? (Double(campaign.finished) * 10_000 / Double(campaign.planned)).rounded() / 10_000 : 0
            }
        }

        struct Growth: Encodable {
            let total: Int
            let added: Int
            let series: [Int]

            init(_ growth: Dashboard.Growth) {
                (total, added, series) = (growth.total, growth.added, growth.steps)
            }
        }

        struct ListGrowth: Encodable {
            let id: UUID
            let name: String
            let members: Int
            let added: Int
        }

        struct Audience: Encodable {
            let contacts: Growth
            let suppressions: Growth
            let lists: [ListGrowth]
            @OrNull var asOf: Date?
        }

        struct Part: Encodable {
            let period: ReportWire.Period
            let totals: ReportWire.Counts
            let rates: ReportWire.Rates
            let channels: [ReportWire.Channel]
        }

        /// Whether what is reported keeps coming in.
        struct Health: Encodable {
            let status: String
            let events: ReportWire.Freshness
        }

        let periodDays: Int
        let current: Part
        let previous: Part
        let series: [ReportWire.Point]
        let running: [Running]
        let audience: Audience
        let health: Health
        let freshness: ReportWire.Freshness

        init(_ dashboard: Dashboard, days: Int, now: Date) {
            periodDays = days
            current = Part(
                period: ReportWire.Period(dashboard.period),
                totals: ReportWire.Counts(dashboard.counts),
                rates: ReportWire.Rates(dashboard.counts),
                channels: dashboard.channels.map(ReportWire.Channel.init)
            )
            previous = Part(
                period: ReportWire.Period(dashboard.previous),
                totals: ReportWire.Counts(dashboard.previousCounts),
                rates: ReportWire.Rates(dashboard.previousCounts),
                channels: dashboard.previousChannels.map(ReportWire.Channel.init)
            )
            series = dashboard.series.map(ReportWire.Point.init)
            running = dashboard.running.map(Running.init)
            audience = Audience(
                contacts: Growth(dashboard.contacts),
                suppressions: Growth(dashboard.suppressions),
                lists: dashboard.lists.map { ListGrowth(id: $0.id, name: $0.name, members: $0.members, added: $0.added) },
                asOf: dashboard.audienceAsOf
            )
            freshness = ReportWire.Freshness(dashboard.progress, now: now)
            health = Health(status: Self.health(dashboard.progress, now: now), events: freshness)
        }

        /// comm-stats looks every second: a minute without it is late, ten are not to be waited for.
        private static func health(_ progress: ReportProgress, now: Date) -> String {
            switch progress.age(at: now) {
            case nil: "unknown"
            case .some(..<60): "ok"
            case .some(..<600): "late"
            default: "stalled"
            }
        }
    }

    struct OverviewWire: Encodable {
        struct Row: Encodable {
            let totalEvents: Int
            let campaigns: Int
            let uniqueRecipients: Int
        }

        let overview: [String: Row]
        let topCampaigns: [ReportWire.Campaign]
        let periodDays: Int
        let period: ReportWire.Period
        let totals: ReportWire.Counts
        let rates: ReportWire.Rates
        let channels: [ReportWire.Channel]
        @OrNull var uniqueRecipientsAsOf: Date?
        let freshness: ReportWire.Freshness

        init(_ report: Overview, days: Int, now: Date) {
            var rows: [String: Row] = [:]
            for (type, count) in report.counts.byType where count > 0 {
                rows[type] = Row(
                    totalEvents: count,
                    campaigns: report.campaigns[type] ?? 0,
                    uniqueRecipients: min(count, report.recipients[type == "sent" ? "queued" : type] ?? 0)
                )
            }
            overview = rows
            topCampaigns = report.topCampaigns.map(ReportWire.Campaign.init)
            periodDays = days
            period = ReportWire.Period(report.period)
            totals = ReportWire.Counts(report.counts)
            rates = ReportWire.Rates(report.counts)
            channels = report.channels.map(ReportWire.Channel.init)
            _uniqueRecipientsAsOf = OrNull(wrappedValue: report.recipientsAsOf)
            freshness = ReportWire.Freshness(report.progress, now: now)
        }
    }

    struct ListWire: Encodable {
        struct About: Encodable {
            let id: UUID
            let name: String
            let type: String
            let createdAt: Date
        }

        struct Members: Encodable {
            let total: Int
            let added: Int
            let series: [Int]
            @OrNull var asOf: Date?
        }

        let list: About
        let period: ReportWire.Period
        let members: Members
        let totals: ReportWire.Counts
        let rates: ReportWire.Rates
        let series: [ReportWire.Point]
        let campaigns: [ReportWire.Campaign]
        let freshness: ReportWire.Freshness

        init(_ report: ListReport, now: Date) {
            list = About(id: report.id, name: report.name, type: report.type, createdAt: report.createdAt)
            period = ReportWire.Period(report.period)
            members = Members(total: report.members, added: report.added, series: report.growth, asOf: report.audienceAsOf)
            totals = ReportWire.Counts(report.counts)
            rates = ReportWire.Rates(report.counts)
            series = report.series.map(ReportWire.Point.init)
            campaigns = report.campaigns.map(ReportWire.Campaign.init)
            freshness = ReportWire.Freshness(report.progress, now: now)
        }
    }

    struct SeriesWire: Encodable {
        let period: ReportWire.Period
        let interval: String
        let points: [ReportWire.Point]
        let freshness: ReportWire.Freshness

        init(_ points: [ReportPoint], period: ReportPeriod, interval: ReportInterval, progress: ReportProgress, now: Date) {
            self.period = ReportWire.Period(period)
            self.interval = interval.rawValue
            self.points = points.map(ReportWire.Point.init)
            freshness = ReportWire.Freshness(progress, now: now)
        }
    }
}
