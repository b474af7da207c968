import CommCore
import FoundationEssentials

// Longer than other files: the answers of eight reports, which have parts in common.
extension CampaignAnalyticsController {
    struct AnalyticsWire: Encodable {
        struct Activity: Encodable {
            let classification: String
            @OrNull var toAddress: String?
            @OrNull var subject: String?
            let timestamp: Date
        }

        /// In the contract's names, which are not in snake case.
        let summary: [String: Int]
        let dailyBreakdown: [String: [String: Int]]
        let recentActivity: [Activity]
        let period: ReportWire.Period
        let totals: ReportWire.Counts
        let rates: ReportWire.Rates
        let series: [ReportWire.Point]
        let freshness: ReportWire.Freshness

        init(_ report: CampaignReport, now: Date) {
            let classes = EventClassification(report.counts)
            summary = [
                "totalEmails": report.counts.sent, "deliveryRate": classes.deliveryRate, "acceptanceRate": classes.acceptanceRate,
                "clickRate": classes.clickRate, "reputationScore": 100, "totalClicks": report.counts.clicks,
                "uniqueClickers": report.counts.clicked,
            ]
            dailyBreakdown = Dictionary(
                report.series.map { ($0.label, EventClassification($0.counts).breakdown) },
                uniquingKeysWith: { first, _ in first }
            )
            recentActivity = report.recent.map {
                Activity(
                    classification: EventClassification.name(of: $0),
                    toAddress: $0.contactEmail,
                    subject: report.subject,
                    timestamp: $0.occurredAt
                )
            }
            period = ReportWire.Period(report.period)
            totals = ReportWire.Counts(report.counts)
            rates = ReportWire.Rates(report.counts)
            series = report.series.map(ReportWire.Point.init)
            freshness = ReportWire.Freshness(report.progress, now: now)
        }
    }

    struct EventsWire: Encodable {
        struct Item: Encodable {
            let id: UUID
            let type: String
            @OrNull var messageID: UUID?
            @OrNull var contactID: UUID?
            let occurredAt: Date
            let payload: JSONValue
            @OrNull var verdict: String?
            @OrNull var email: String?
        }

        let items: [Item]
        let total: Int
        let page: Int
        let pageSize: Int
        let totalIsEstimate: Bool
        @OrNull var nextCursor: String?
        let freshness: ReportWire.Freshness

        init(_ found: EventPage, page: Int, pageSize: Int, now: Date) throws {
            items = try found.events.map {
                Item(
                    id: $0.id,
                    type: $0.type,
                    messageID: $0.messageID,
                    contactID: $0.contactID,
                    occurredAt: $0.occurredAt,
                    payload: try JSONParser.parse(Array($0.payload.utf8)),
                    verdict: $0.verdict,
                    email: $0.contactEmail
                )
            }
            (total, self.page, self.pageSize) = (found.total, page, pageSize)
            totalIsEstimate = found.isTotalEstimated
            _nextCursor = OrNull(wrappedValue: found.next?.text)
            freshness = ReportWire.Freshness(found.progress, now: now)
        }
    }

    struct ClicksWire: Encodable {
        struct Link: Encodable {
            @OrNull var index: Int?
            @OrNull var url: String?
        }

        struct Recipient: Encodable {
            @OrNull var email: String?
            @OrNull var name: String?
            @OrNull var status: String?
        }

        struct Click: Encodable {
            let id: UUID
            let occurredAt: Date
            let link: Link
            let recipient: Recipient
            @OrNull var userAgent: String?
            @OrNull var ipAddress: String?
            let verdict: String
        }

        struct Pagination: Encodable {
            let total: Int
            let limit: Int
            let offset: Int
            let hasMore: Bool
            @OrNull var nextCursor: String?
        }

        let clicks: [Click]
        let pagination: Pagination
        let freshness: ReportWire.Freshness

        init(_ found: EventPage, limit: Int, offset: Int, now: Date) {
            clicks = found.events.map {
                Click(
                    id: $0.id,
                    occurredAt: $0.occurredAt,
                    link: Link(index: $0.details.linkIndex, url: $0.details.url),
                    recipient: Recipient(email: $0.contactEmail, name: $0.contactName, status: $0.contactStatus),
                    userAgent: $0.details.userAgent,
                    ipAddress: $0.details.ip,
                    verdict: $0.verdict ?? "unknown"
                )
            }
            pagination = Pagination(
                total: found.total,
                limit: limit,
                offset: offset,
                hasMore: found.next != nil,
                nextCursor: found.next?.text
            )
            freshness = ReportWire.Freshness(found.progress, now: now)
        }
    }

    struct LinkWire: Encodable {
        @OrNull var url: String?
        let totalClicks: Int
        let uniqueClicks: Int
        let index: Int
        @OrNull var text: String?
        let byVerdict: ReportWire.Verdicts

        init(_ link: LinkClicks) {
            _url = OrNull(wrappedValue: link.url)
            _text = OrNull(wrappedValue: link.text)
            (totalClicks, uniqueClicks, index) = (link.clicks.counted, link.messages, link.index)
            byVerdict = ReportWire.Verdicts(link.clicks)
        }
    }

    struct InsightsWire: Encodable {
        struct Slot: Encodable {
            let weekday: Int
            let hour: Int
            let opened: Int
            let clicked: Int
        }

        struct Share: Encodable {
            let name: String
            let opens: Int
            let clicks: Int
            let opened: Int
            let clicked: Int
            /// Of all opens and clicks, in per cent.
            let share: Double
        }

        struct Person: Encodable {
            let contactID: UUID
            @OrNull var email: String?
            @OrNull var name: String?
            let clicks: Int
            let lastClickAt: Date
        }

        let timezone: String
        let bestHours: [Slot]
        let clients: [Share]
        let devices: [Share]
        let topRecipients: [Person]
        let freshness: ReportWire.Freshness

        init(_ found: RecipientInsights, now: Date) {
            timezone = found.zone.name
            bestHours = found.hours.slots.map { Slot(weekday: $0.weekday, hour: $0.hour, opened: $0.opened, clicked: $0.clicked) }
            clients = Self.shares(found.clients, by: \.client)
            devices = Self.shares(found.clients, by: \.device)
            topRecipients = found.top.map {
                Person(contactID: $0.contactID, email: $0.email, name: $0.name, clicks: $0.clicks, lastClickAt: $0.lastClick)
            }
            freshness = ReportWire.Freshness(found.progress, now: now)
        }

        private static func shares(_ counts: [ClientCounts], by name: (ClientCounts) -> String) -> [Share] {
            let whole = counts.reduce(0) { $0 + $1.opens + $1.clicks }
            return Dictionary(grouping: counts, by: name).map { name, group in
                let (opens, clicks) = (group.reduce(0) { $0 + $1.opens }, group.reduce(0) { $0 + $1.clicks })
                return Share(
                    name: name,
                    opens: opens,
                    clicks: clicks,
                    opened: group.reduce(0) { $0 + $1.opened },
                    clicked: group.reduce(0) { $0 + $1.clicked },
                    share: ReportRates.share(opens + clicks, of: whole)
                )
            }
            .filter { $0.opens + $0.clicks > 0 }
            .sorted { ($1.opens + $1.clicks, $0.name) < ($0.opens + $0.clicks, $1.name) }
        }
    }

    struct TimelineWire: Encodable {
        struct Step: Encodable {
            let hour: Int
            let opens: Int
            let opened: Int
            let clicks: Int
            let clicked: Int
            let unsubscribed: Int
            let cumulativeOpened: Int
            let cumulativeClicked: Int
            let cumulativeOpenRate: Double
            let cumulativeClickRate: Double
        }

        @OrNull var startedAt: Date?
        let delivered: Int
        let hours: [Step]
        /// Hours by whose end half and nine tenths of those who ever did had done so.
        @OrNull var hoursToHalfOfOpens: Int?
        @OrNull var hoursToHalfOfClicks: Int?
        @OrNull var hoursToNineTenthsOfOpens: Int?
        @OrNull var hoursToNineTenthsOfClicks: Int?
        let freshness: ReportWire.Freshness

        init(_ timeline: EngagementTimeline, hours limit: Int, now: Date) {
            var (opened, clicked) = (0, 0)
            var steps: [Step] = []
            for step in timeline.steps where step.hour <= limit {
                (opened, clicked) = (opened + step.opened, clicked + step.clicked)
                steps.append(
                    Step(
                        hour: step.hour,
                        opens: step.opens,
                        opened: step.opened,
                        clicks: step.clicks,
                        clicked: step.clicked,
                        unsubscribed: step.unsubscribed,
                        cumulativeOpened: opened,
                        cumulativeClicked: clicked,
                        cumulativeOpenRate: ReportRates.share(opened, of: timeline.delivered),
                        cumulativeClickRate: ReportRates.share(clicked, of: timeline.delivered)
                    )
                )
            }
            _startedAt = OrNull(wrappedValue: timeline.startedAt)
            (delivered, hours) = (timeline.delivered, steps)
            _hoursToHalfOfOpens = OrNull(wrappedValue: timeline.hours(untilShare: 0.5, of: \.opened))
            _hoursToHalfOfClicks = OrNull(wrappedValue: timeline.hours(untilShare: 0.5, of: \.clicked))
            _hoursToNineTenthsOfOpens = OrNull(wrappedValue: timeline.hours(untilShare: 0.9, of: \.opened))
            _hoursToNineTenthsOfClicks = OrNull(wrappedValue: timeline.hours(untilShare: 0.9, of: \.clicked))
            freshness = ReportWire.Freshness(timeline.progress, now: now)
        }
    }

    struct DomainsWire: Encodable {
        struct Domain: Encodable {
            @OrNull var domain: String?
            @OrNull var provider: String?
            let sent: Int
            let accepted: Int
            let delivered: Int
            let deferred: Int
            let bounced: Int
            let hardBounced: Int
            let softBounced: Int
            let complained: Int
            let rejected: Int
            let blocked: Int
            let opened: Int
            let clicked: Int
            let unsubscribed: Int
            let rates: ReportWire.Rates

            init(_ domain: String?, provider: String?, _ row: DomainCounts.Row) {
                _domain = OrNull(wrappedValue: domain)
                _provider = OrNull(wrappedValue: provider)
                (sent, accepted, delivered) = (row.sent, row.accepted, row.delivered)
                (deferred, bounced, hardBounced) = (row.deferred, row.bounced, row.hardBounced)
                (softBounced, complained, rejected) = (row.softBounced, row.complained, row.rejected)
                (blocked, opened, clicked, unsubscribed) = (row.blocked, row.opened, row.clicked, row.unsubscribed)
                rates = ReportWire.Rates(row.rates)
            }
        }

        let domains: [Domain]
        /// All domains that are not named.
        @OrNull var other: Domain?
        let total: Domain
        let freshness: ReportWire.Freshness

        init(_ report: DomainReport, now: Date) {
            domains = report.named.map { Domain($0.domain, provider: $0.provider, $0.row) }
            let rest = report.rest
            _other = OrNull(wrappedValue: rest.isEmpty ? nil : Domain(nil, provider: nil, rest))
            total = Domain(nil, provider: nil, report.whole)
            freshness = ReportWire.Freshness(report.progress, now: now)
        }
    }

    struct CohortsWire: Encodable {
        struct Cohort: Encodable {
            @OrNull var cohort: String?
            let sent: Int
            let delivered: Int
            let hardBounced: Int
            let complained: Int
            let opened: Int
            let clicked: Int
            let unsubscribed: Int
            let rates: ReportWire.Rates
        }

        let by: String
        let cohorts: [Cohort]
        let freshness: ReportWire.Freshness

        init(_ report: CohortReport, now: Date) {
            by = report.unit.rawValue
            cohorts = report.cohorts.map {
                Cohort(
                    cohort: $0.start,
                    sent: $0.sent,
                    delivered: $0.delivered,
                    hardBounced: $0.hardBounced,
                    complained: $0.complained,
                    opened: $0.opened,
                    clicked: $0.clicked,
                    unsubscribed: $0.unsubscribed,
                    rates: ReportWire.Rates($0.rates)
                )
            }
            freshness = ReportWire.Freshness(report.progress, now: now)
        }
    }
}
