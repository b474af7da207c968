import CommCore
import FoundationEssentials
import Hummingbird

/// Reports about one campaign: over time, by link, domain, hour, cohort and recipient.
struct CampaignAnalyticsController: Sendable {
    let reports: CampaignReportRepository
    let insights: CampaignInsightsRepository
    let explorer: EventExplorer
    let tenants: TenantReportRepository
    let time: any TimeSource

    /// Counts by day, in the contract's classification.
    func analytics(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (id, asked) = (try context.id(), try request.query { ReportQuery(&$0) })
        let now = time.now
        let period = try asked.period(defaultDays: 7, zone: try await zone(asked.zone, context), now: now)
        let report = try await reports.report(tenantID: context.tenantID, campaignID: id, period: period)
        return Answer(AnalyticsWire(report, now: now))
    }

    /// What happened, newest first; `status` is a type.
    func events(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let (page, pageSize, type, cursor) = try request.query { query in
            (
                query.int("page", in: 1...EventExplorer.largestOffset) ?? 1, query.int("pageSize", in: 1...200) ?? 50,
                query.choice("status", EventTypeChoice.self), query.eventCursor()
            )
        }
        let offset = try Self.offset(page: page, size: pageSize)
        var filter = EventFilter()
        filter.campaignID = id
        filter.choose(type)
        let found = try await explorer.page(
            tenantID: context.tenantID,
            filter: filter,
            limit: pageSize,
            offset: cursor == nil ? offset : 0,
            after: cursor
        )
        return Answer(try EventsWire(found, page: page, pageSize: pageSize, now: time.now))
    }

    /// Clicks, newest first.
    func clicks(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let (limit, offset, index, verdict, cursor) = try request.query { query in
            (
                query.int("limit", in: 1...500) ?? 50, query.int("offset", in: 0...EventExplorer.largestOffset) ?? 0,
                query.int("link_index", in: 0...100_000), query.verdict(), query.eventCursor()
            )
        }
        var filter = EventFilter()
        (filter.campaignID, filter.type, filter.linkIndex, filter.verdict) = (id, .clicked, index, verdict)
        let found = try await explorer.page(
            tenantID: context.tenantID,
            filter: filter,
            limit: limit,
            offset: cursor == nil ? offset : 0,
            after: cursor
        )
        return Answer(ClicksWire(found, limit: limit, offset: offset, now: time.now))
    }

    /// Clicks by link, most first.
    func clickBreakdown(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let found = try await insights.links(tenantID: context.tenantID, campaignID: try context.id())
        return Answer(found.links.map(LinkWire.init))
    }

    /// When recipients act, with what, and who most.
    func recipientInsights(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (id, (asked, limit)) = (
            try context.id(),
            try request.query { (ReportQuery(&$0), $0.int("limit", in: 1...CampaignInsightsRepository.mostRecipients) ?? 10) }
        )
        let found = try await insights.recipients(
            tenantID: context.tenantID,
            campaignID: id,
            zone: try await zone(asked.zone, context),
            limit: limit
        )
        return Answer(InsightsWire(found, now: time.now))
    }

    /// Opens and clicks by hours since the hand-over.
    func engagementTimeline(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let hours = try request.query { $0.int("hours", in: 1...EngagementTimeline.lastHour) } ?? 168
        return Answer(TimelineWire(try await insights.timeline(tenantID: context.tenantID, campaignID: id), hours: hours, now: time.now))
    }

    /// How mail fared by recipients' domain, the largest first.
    func domainPerformance(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let limit = try request.query { $0.int("limit", in: 1...CampaignInsightsRepository.mostDomains) } ?? 50
        return Answer(DomainsWire(try await insights.domains(tenantID: context.tenantID, campaignID: id, limit: limit), now: time.now))
    }

    /// Engagement by when recipients became contacts.
    func cohortAnalysis(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let unit = try request.query { $0.choice("by", CohortUnit.self) } ?? .month
        return Answer(CohortsWire(try await insights.cohorts(tenantID: context.tenantID, campaignID: id, by: unit), now: time.now))
    }

    private static func offset(page: Int, size: Int) throws -> Int {
        let offset = (page - 1) * size
        guard offset <= EventExplorer.largestOffset else {
            throw Problem.invalid("page", "page leads beyond \(EventExplorer.largestOffset) entries: go on by cursor")
        }
        return offset
    }

    private func zone(_ asked: ReportZone?, _ context: TenantContext) async throws -> ReportZone {
        if let asked { return asked }
        return try await tenants.zone(of: context.tenantID)
    }
}

extension QueryFields {
    /// Where a page of events begins.
    mutating func eventCursor() -> EventCursor? {
        guard let text = string("cursor") else { return nil }
        guard let cursor = EventCursor(text) else {
            add("cursor", "cursor must be one that an answer gave")
            return nil
        }
        return cursor
    }

    mutating func verdict() -> String? {
        choice("verdict", EventVerdict.self)?.rawValue
    }
}

/// Who seems to have opened or clicked.
private enum EventVerdict: String, CaseIterable {
    case human
    case scanner
    case machine
    case unknown
}
