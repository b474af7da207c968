import CommCore
import FoundationEssentials
import Hummingbird

/// Who unsubscribed, by which mail, and how many over time.
struct UnsubscribeReportsController: Sendable {
    private struct EventWire: Encodable {
        let id: UUID
        @OrNull var email: String?
        @OrNull var campaignID: UUID?
        @OrNull var campaignName: String?
        @OrNull var contactID: UUID?
        let source: String
        let scope: String
        let createdAt: Date

        init(_ event: StoredEvent) {
            (id, source, createdAt) = (event.id, event.source, event.occurredAt)
            scope = event.details.scope ?? "all"
            _email = OrNull(wrappedValue: event.contactEmail)
            _campaignID = OrNull(wrappedValue: event.campaignID)
            _campaignName = OrNull(wrappedValue: event.campaignName)
            _contactID = OrNull(wrappedValue: event.contactID)
        }
    }

    private struct PageWire: Encodable {
        struct Pagination: Encodable {
            let page: Int
            let limit: Int
            let total: Int
            let totalPages: Int
            let hasNext: Bool
            let hasPrev: Bool
        }

        let events: [EventWire]
        let pagination: Pagination
        let freshness: ReportWire.Freshness
    }

    private struct AnalyticsWire: Encodable {
        struct Recent: Encodable {
            @OrNull var email: String?
            @OrNull var campaignName: String?
            let timestamp: Date
        }

        let total: Int
        /// Per cent of what was delivered in the period.
        let rate: Double
        let lastSevenDays: Int
        let recent: [Recent]
        let resubscribed: Int
        let period: ReportWire.Period
        let freshness: ReportWire.Freshness

        private enum CodingKeys: String, CodingKey {
            case total, rate
            case lastSevenDays = "last_7_days"
            case recent, resubscribed, period, freshness
        }
    }

    private struct TrendsWire: Encodable {
        let dates: [String]
        let counts: [Int]
        let interval: String
        let period: ReportWire.Period
        let freshness: ReportWire.Freshness
    }

    private static let mostRecent = 10

    let explorer: EventExplorer
    let reports: TenantReportRepository
    let time: any TimeSource

    /// Newest first.
    func events(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, page, limit, campaign, email) = try request.query { query in
            (
                ReportQuery(&query), query.int("page", in: 1...EventExplorer.largestOffset) ?? 1, query.int("limit", in: 1...500) ?? 50,
                query.uuid("campaign_id"), query.string("email")
            )
        }
        guard (page - 1) * limit <= EventExplorer.largestOffset else {
            throw Problem.invalid("page", "page leads beyond \(EventExplorer.largestOffset) entries: narrow the period")
        }
        var filter = EventFilter()
        (filter.type, filter.campaignID, filter.contactEmail) = (.unsubscribed, campaign, email)
        if !asked.isOpen {
            let period = try asked.period(defaultDays: 30, zone: try await zone(asked.zone, context), now: time.now)
            (filter.from, filter.to) = (period.from, period.to)
        }
        let found = try await explorer.page(tenantID: context.tenantID, filter: filter, limit: limit, offset: (page - 1) * limit)
        return Answer(
            PageWire(
                events: found.events.map(EventWire.init),
                pagination: PageWire.Pagination(
                    page: page,
                    limit: limit,
                    total: found.total,
                    totalPages: (found.total + limit - 1) / limit,
                    hasNext: found.next != nil,
                    hasPrev: page > 1
                ),
                freshness: ReportWire.Freshness(found.progress, now: time.now)
            )
        )
    }

    func analytics(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, campaign) = try request.query { (ReportQuery(&$0), $0.uuid("campaign_id")) }
        let now = time.now
        let zone = try await zone(asked.zone, context)
        let period = try asked.period(defaultDays: 30, zone: zone, now: now)
        let subject: ReportSubject = campaign.map { .campaign($0) } ?? .tenant
        let (counts, progress) = try await reports.totals(tenantID: context.tenantID, subject: subject, period: period)
        let week = try await reports.totals(
            tenantID: context.tenantID,
            subject: subject,
            period: ReportPeriod.last(days: 7, until: now, in: zone)
        )
        var filter = EventFilter()
        (filter.type, filter.campaignID) = (.unsubscribed, campaign)
        let recent = try await explorer.page(tenantID: context.tenantID, filter: filter, limit: Self.mostRecent)
        return Answer(
            AnalyticsWire(
                total: counts.unsubscribed,
                rate: ReportRates(counts).unsubscribe,
                lastSevenDays: week.counts.unsubscribed,
                recent: recent.events.map {
                    AnalyticsWire.Recent(email: $0.contactEmail, campaignName: $0.campaignName, timestamp: $0.occurredAt)
                },
                resubscribed: counts.resubscribed,
                period: ReportWire.Period(period),
                freshness: ReportWire.Freshness(progress, now: now)
            )
        )
    }

    func trends(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, interval, campaign) = try request.query { query in
            (ReportQuery(&query), query.choice("interval", ReportInterval.self) ?? .day, query.uuid("campaign_id"))
        }
        let now = time.now
        let period = try asked.period(
            defaultDays: interval == .hour ? 2 : 30,
            zone: try await zone(asked.zone, context),
            now: now,
            longest: interval.longestPeriod
        )
        let (points, progress) = try await reports.series(
            tenantID: context.tenantID,
            subject: campaign.map { .campaign($0) } ?? .tenant,
            provider: nil,
            period: period,
            interval: interval
        )
        return Answer(
            TrendsWire(
                dates: points.map(\.label),
                counts: points.map(\.counts.unsubscribed),
                interval: interval.rawValue,
                period: ReportWire.Period(period),
                freshness: ReportWire.Freshness(progress, now: now)
            )
        )
    }

    private func zone(_ asked: ReportZone?, _ context: TenantContext) async throws -> ReportZone {
        if let asked { return asked }
        return try await reports.zone(of: context.tenantID)
    }
}
