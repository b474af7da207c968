import CommCore
import FoundationEssentials
import Hummingbird

/// Addresses and domains to which no tenant sends anything: for whoever holds the platform's token.
struct GlobalSuppressionsController: Sendable {
    private struct AddRequest: RequestFields {
        let draft: SuppressionDraft

        init(_ fields: inout JSONFields) {
            draft = SuppressionDraft(fields: &fields)
        }
    }

    private struct EntryWire: Encodable {
        let id: UUID
        let channel: String
        @OrNull var address: String?
        @OrNull var domain: String?
        let reason: String
        @OrNull var note: String?
        let createdAt: Date
        @OrNull var expiresAt: Date?

        init(_ entry: GlobalSuppression) {
            (id, channel, reason, createdAt) = (entry.id, entry.channel.rawValue, entry.reason, entry.createdAt)
            _address = OrNull(wrappedValue: entry.address)
            _domain = OrNull(wrappedValue: entry.domain)
            _note = OrNull(wrappedValue: entry.note)
            _expiresAt = OrNull(wrappedValue: entry.expiresAt)
        }
    }

    private struct PageWire: Encodable {
        let suppressions: [EntryWire]
        @OrNull var nextCursor: String?
    }

    let suppressions: GlobalSuppressionRepository
    let bodyLimit: Int

    func list(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let (search, limit, cursor) = try request.query { query in
            (query.string("search"), query.int("limit", in: 1...GlobalSuppressionRepository.largestPage) ?? 50, query.timeCursor())
        }
        let (entries, next) = try await suppressions.page(search: search, limit: limit, after: cursor)
        return Answer(PageWire(suppressions: entries.map(EntryWire.init), nextCursor: next?.text))
    }

    func add(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        let body: AddRequest = try await request.fields(limit: bodyLimit)
        return Answer(EntryWire(try await suppressions.add(body.draft)), message: "Suppressed for every tenant")
    }

    func remove(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard let id = context.parameters.get("suppression_id").flatMap({ UUID(uuidString: String($0)) }) else {
            throw ComplianceError(.notFound, "Suppression not found")
        }
        try await suppressions.remove(id: id)
        return Answer.message("No longer suppressed for every tenant")
    }
}
