import CommCore
import FoundationEssentials
import Hummingbird

/// The events of a tenant: to look through, to count, to take away.
struct TrackingExplorerController: Sendable {
    private struct EventWire: Encodable {
        let id: UUID
        let type: String
        let occurredAt: Date
        let payload: JSONValue
        @OrNull var contactEmail: String?
        @OrNull var contactName: String?
        @OrNull var campaignName: String?
        @OrNull var campaignID: UUID?
        @OrNull var contactID: UUID?
        @OrNull var messageID: UUID?
        @OrNull var verdict: String?
        let source: String

        init(_ event: StoredEvent) throws {
            (id, type, occurredAt, source) = (event.id, event.type, event.occurredAt, event.source)
            payload = try JSONParser.parse(Array(event.payload.utf8))
            _contactEmail = OrNull(wrappedValue: event.contactEmail)
            _contactName = OrNull(wrappedValue: event.contactName)
            _campaignName = OrNull(wrappedValue: event.campaignName)
            _campaignID = OrNull(wrappedValue: event.campaignID)
            _contactID = OrNull(wrappedValue: event.contactID)
            _messageID = OrNull(wrappedValue: event.messageID)
            _verdict = OrNull(wrappedValue: event.verdict)
        }
    }

    private struct PageWire: Encodable {
        struct Pagination: Encodable {
            let total: Int
            let limit: Int
            let offset: Int
            let pages: Int
            let totalIsEstimate: Bool
            @OrNull var nextCursor: String?
        }

        let events: [EventWire]
        let pagination: Pagination
        let freshness: ReportWire.Freshness
    }

    private struct StatsWire: Encodable {
        let total: Int
        let byType: [String: Int]
        let period: ReportWire.Period
        let opensByVerdict: ReportWire.Verdicts
        let clicksByVerdict: ReportWire.Verdicts
        let freshness: ReportWire.Freshness
    }

    private struct Asked {
        let filter: EventFilter
        let bounds: ReportQuery
    }

    let explorer: EventExplorer
    let export: EventExport
    let reports: TenantReportRepository
    let time: any TimeSource

    /// Pages of events; by cursor as far as one likes, by offset up to a bound.
    func events(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, limit, offset, sort, ascending, cursor) = try request.query { query in
            let asked = Self.read(&query)
            let sort = query.choice("sort_by", EventSort.self) ?? .occurredAt
            let ascending = query.choice("sort_order", Direction.self) == .asc
            let cursor = query.eventCursor()
            if asked.filter.isHandOver, sort != .occurredAt || ascending {
                query.add("sort_by", "what was queued comes with the newest first only")
            }
            if cursor != nil, sort != .occurredAt || ascending {
                query.add("cursor", "a cursor leads through events from the newest to the oldest")
            }
            return (
                asked, query.int("limit", in: 1...1_000) ?? 100, query.int("offset", in: 0...EventExplorer.largestOffset) ?? 0, sort,
                ascending, cursor
            )
        }
        let filter = try await filter(asked, context)
        let found: EventPage
        if sort == .occurredAt, !ascending {
            found = try await explorer.page(
                tenantID: context.tenantID,
                filter: filter,
                limit: limit,
                offset: cursor == nil ? offset : 0,
                after: cursor
            )
        } else {
            let sorted = try await explorer.sorted(
                tenantID: context.tenantID,
                filter: filter,
                by: sort,
                ascending: ascending,
                limit: limit,
                offset: offset
            )
            guard let sorted else {
                throw Problem.invalid(
                    "sort_by",
                    "more than \(EventExplorer.largestSort) events cannot be sorted so: narrow the filter",
                    code: "too_many"
                )
            }
            found = sorted
        }
        return Answer(
            PageWire(
                events: try found.events.map(EventWire.init),
                pagination: PageWire.Pagination(
                    total: found.total,
                    limit: limit,
                    offset: offset,
                    pages: (found.total + limit - 1) / limit,
                    totalIsEstimate: found.isTotalEstimated,
                    nextCursor: found.next?.text
                ),
                freshness: ReportWire.Freshness(found.progress, now: time.now)
            )
        )
    }

    /// What happened to a campaign's messages, newest first, by cursor.
    func eventsOfCampaign(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let (type, limit, cursor) = try request.query(Self.page)
        var filter = EventFilter()
        filter.campaignID = id
        filter.choose(type)
        let found = try await explorer.page(tenantID: context.tenantID, filter: filter, limit: limit, after: cursor)
        return Answer(try wire(found, limit: limit))
    }

    /// What happened to everything that went to one address or number, newest first.
    func eventsOfAddress(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (address, (type, limit, cursor)) = try request.query { query in
            let address = query.string("address")
            if address == nil { query.refuse("address", "address is required") }
            return (address ?? "", Self.page(&query))
        }
        var filter = EventFilter()
        filter.contactEmail = address
        filter.choose(type)
        let found = try await explorer.page(tenantID: context.tenantID, recipient: address, filter: filter, limit: limit, after: cursor)
        return Answer(try wire(found, limit: limit))
    }

    private static func page(_ query: inout QueryFields) -> (EventTypeChoice?, Int, EventCursor?) {
        (query.choice("event_type", EventTypeChoice.self), query.int("limit", in: 1...1_000) ?? 100, query.eventCursor())
    }

    private func wire(_ found: EventPage, limit: Int) throws -> PageWire {
        PageWire(
            events: try found.events.map(EventWire.init),
            pagination: PageWire.Pagination(
                total: found.total,
                limit: limit,
                offset: 0,
                pages: (found.total + limit - 1) / limit,
                totalIsEstimate: found.isTotalEstimated,
                nextCursor: found.next?.text
            ),
            freshness: ReportWire.Freshness(found.progress, now: time.now)
        )
    }

    /// Counts by type.
    func stats(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (asked, campaign) = try request.query { (ReportQuery(&$0), $0.uuid("campaign_id")) }
        let now = time.now
        let period = try asked.period(defaultDays: 30, zone: try await zone(asked.zone, context), now: now)
        let (counts, progress) = try await reports.totals(
            tenantID: context.tenantID,
            subject: campaign.map { .campaign($0) } ?? .tenant,
            period: period
        )
        let byType = counts.byType.filter { $0.count > 0 }
        return Answer(
            StatsWire(
                total: byType.reduce(0) { $0 + $1.count },
                byType: Dictionary(uniqueKeysWithValues: byType.map { ($0.type, $0.count) }),
                period: ReportWire.Period(period),
                opensByVerdict: ReportWire.Verdicts(counts.opensByVerdict),
                clicksByVerdict: ReportWire.Verdicts(counts.clicksByVerdict),
                freshness: ReportWire.Freshness(progress, now: now)
            )
        )
    }

    /// Every event of the filter as CSV.
    func exportFile(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let asked = try request.query { Self.read(&$0) }
        let (tenantID, filter) = (context.tenantID, try await filter(asked, context))
        if let id = filter.campaignID {
            _ = try await reports.totals(
                tenantID: tenantID,
                subject: .campaign(id),
                period: ReportPeriod(from: time.now, to: time.now, zone: .utc)
            )
        }
        let day = ISO8601.string(from: time.now).prefix(10)
        return Response.csv(fileName: "tracking-export-\(day).csv") { [export] write in
            try await export.export(tenantID: tenantID, filter: filter, write)
        }
    }

    private enum Direction: String, CaseIterable {
        case asc
        case desc
    }

    private static func read(_ query: inout QueryFields) -> Asked {
        var filter = EventFilter()
        filter.campaignID = query.uuid("campaign_id")
        filter.contactEmail = query.string("contact_email")
        filter.choose(query.choice("event_type", EventTypeChoice.self))
        filter.verdict = query.verdict()
        return Asked(filter: filter, bounds: ReportQuery(&query, from: "date_from", to: "date_to"))
    }

    private func filter(_ asked: Asked, _ context: TenantContext) async throws -> EventFilter {
        var filter = asked.filter
        guard !asked.bounds.isOpen else { return filter }
        let bounds = try asked.bounds.bounds(zone: try await zone(asked.bounds.zone, context), now: time.now)
        (filter.from, filter.to) = bounds
        if let from = bounds.from, let to = bounds.to, from >= to {
            throw Problem.invalid("date_from", "date_from must be before date_to")
        }
        return filter
    }

    private func zone(_ asked: ReportZone?, _ context: TenantContext) async throws -> ReportZone {
        if let asked { return asked }
        return try await reports.zone(of: context.tenantID)
    }
}
