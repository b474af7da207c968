import CommCore
import FoundationEssentials
import Hummingbird

/// How a tenant's mail fares: dashboard, overview, lists, series.
struct AnalyticsController: Sendable {
    let dashboards: DashboardRepository
    let overviews: OverviewRepository
    let lists: ListReportRepository
    let reports: TenantReportRepository
    let time: any TimeSource

    /// The period beside the one before it, what runs, how the audience grows.
    func dashboard(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (days, zone) = try request.query { query in
            let asked = ReportQuery(&query)
            return (asked.days ?? 30, asked.zone)
        }
        let now = time.now
        let period = ReportPeriod.last(days: days, until: now, in: try await self.zone(zone, context))
        let dashboard = try await dashboards.dashboard(tenantID: context.tenantID, period: period, days: days)
        return Answer(DashboardWire(dashboard, days: days, now: now))
    }

    /// Counts by event type and the campaigns with most clicks.
    func overview(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let asked = try request.query { ReportQuery(&$0) }
        let now = time.now
        let period = try asked.period(defaultDays: 30, zone: try await zone(asked.zone, context), now: now)
        let overview = try await overviews.overview(tenantID: context.tenantID, period: period, now: now)
        return Answer(OverviewWire(overview, days: asked.days ?? 30, now: now))
    }

    /// A list: its growth, and the campaigns to it.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (id, asked) = (try context.id(), try request.query { ReportQuery(&$0) })
        let now = time.now
        let period = try asked.period(defaultDays: 30, zone: try await zone(asked.zone, context), now: now)
        return Answer(ListWire(try await lists.report(tenantID: context.tenantID, listID: id, period: period, now: now), now: now))
    }

    /// Counts by hour, day or week: of the tenant, a campaign, a list, or by the recipients' provider.
    func series(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, interval, campaign, list, provider, domain) = try request.query { query in
            let asked = ReportQuery(&query)
            let (campaign, list) = (query.uuid("campaign_id"), query.uuid("list_id"))
            let (provider, domain) = (query.string("provider"), query.string("domain"))
            if campaign != nil, list != nil { query.add("list_id", "list_id cannot stand beside campaign_id") }
            if list != nil, provider != nil || domain != nil {
                query.add(provider != nil ? "provider" : "domain", "lists are not counted by provider")
            }
            if provider != nil, domain != nil { query.add("domain", "domain cannot stand beside provider") }
            return (asked, query.choice("interval", ReportInterval.self) ?? .day, campaign, list, provider, domain)
        }
        let now = time.now
        let period = try asked.period(
            defaultDays: interval == .hour ? 2 : 30,
            zone: try await zone(asked.zone, context),
            now: now,
            longest: interval.longestPeriod
        )
        let subject: ReportSubject = campaign.map { .campaign($0) } ?? list.map { .list($0) } ?? .tenant
        let (points, progress) = try await reports.series(
            tenantID: context.tenantID,
            subject: subject,
            provider: try await self.provider(provider, domain: domain),
            period: period,
            interval: interval
        )
        return Answer(SeriesWire(points, period: period, interval: interval, progress: progress, now: now))
    }

    private func provider(_ provider: String?, domain: String?) async throws -> String? {
        if let domain { return try await reports.provider(ofDomain: domain) }
        guard let provider else { return nil }
        let known = try await reports.providers()
        guard known.contains(provider) else {
            throw Problem.invalid("provider", "provider must be one of \(known.sorted().joined(separator: ", "))")
        }
        return provider
    }

    private func zone(_ asked: ReportZone?, _ context: TenantContext) async throws -> ReportZone {
        if let asked { return asked }
        return try await reports.zone(of: context.tenantID)
    }
}
