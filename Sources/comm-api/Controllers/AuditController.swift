import CommCore
import FoundationEssentials
import Hummingbird
import Postgres

/// Who changed what.
struct AuditController: Sendable {
    private struct EntryWire: Encodable {
        let id: UUID
        let createdAt: Date
        let eventType: String
        let action: String
        let resourceType: String
        @OrNull var resourceID: UUID?
        @OrNull var userIdentifier: String?
        let actor: String
        @OrNull var requestID: String?
        let details: JSONValue
        @OrNull var before: JSONValue?
        @OrNull var after: JSONValue?

        init(_ entry: AuditEntry) throws {
            (id, createdAt, eventType, action) = (entry.id, entry.createdAt, entry.eventType, entry.action)
            (resourceType, actor) = (entry.resourceType, entry.actor)
            details = try JSONParser.parse(Array(entry.details.text.utf8))
            _resourceID = OrNull(wrappedValue: entry.resourceID)
            _userIdentifier = OrNull(wrappedValue: entry.userIdentifier)
            _requestID = OrNull(wrappedValue: entry.requestID)
            _before = OrNull(wrappedValue: try entry.before.map { try JSONParser.parse(Array($0.text.utf8)) })
            _after = OrNull(wrappedValue: try entry.after.map { try JSONParser.parse(Array($0.text.utf8)) })
        }
    }

    private struct PageWire: Encodable {
        let entries: [EntryWire]
        @OrNull var nextCursor: String?
    }

    let audit: AuditRepository
    let time: any TimeSource

    /// Newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (filter, limit, cursor) = try request.query { query in
            (Self.filter(&query), query.int("limit", in: 1...AuditRepository.largestPage) ?? 100, query.timeCursor())
        }
        let page = try await audit.page(tenantID: context.tenantID, filter: filter, limit: limit, after: cursor)
        return Answer(PageWire(entries: try page.entries.map(EntryWire.init), nextCursor: page.next?.text))
    }

    func export(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let filter = try request.query { Self.filter(&$0) }
        let day = ISO8601.string(from: time.now).prefix(10)
        return Response.csv(fileName: "audit-\(day).csv") { [audit] write in
            try await audit.export(tenantID: context.tenantID, filter: filter, write)
        }
    }

    private static func filter(_ query: inout QueryFields) -> AuditFilter {
        AuditFilter(
            eventType: query.string("event_type"),
            action: query.string("action"),
            resourceType: query.string("resource_type"),
            resourceID: query.uuid("resource_id"),
            actor: query.string("actor"),
            from: query.date("from"),
            to: query.date("to")
        )
    }
}
