import CommCore
import FoundationEssentials
import Hummingbird

/// Addresses that a tenant does not mail.
struct SuppressionsController: Sendable {
    private struct AddRequest: RequestFields {
        let email: String?
        let reason: String?
        let source: String?
        let note: String?
        let expiresAt: Date?

        init(_ fields: inout JSONFields) {
            email = fields.string("email")
            reason = fields.string("reason")
            source = fields.string("source")
            note = fields.string("note")
            expiresAt = fields.date("expires_at")
        }
    }

    private struct SuppressionWire: Encodable {
        let id: UUID
        let email: String
        let reason: String
        let source: String
        @OrNull var landingVariant: String?
        @OrNull var note: String?
        let createdAt: Date
        @OrNull var expiresAt: Date?
        @OrNull var contactID: UUID?
        @OrNull var contactStatus: String?
        @OrNull var contactName: String?

        init(_ suppression: Suppression) {
            (id, email, reason, source) = (suppression.id, suppression.email, suppression.reason, suppression.source)
            createdAt = suppression.createdAt
            _landingVariant = OrNull(wrappedValue: suppression.landingVariant)
            _note = OrNull(wrappedValue: suppression.note)
            _expiresAt = OrNull(wrappedValue: suppression.expiresAt)
            _contactID = OrNull(wrappedValue: suppression.contactID)
            _contactStatus = OrNull(wrappedValue: suppression.contactStatus)
            _contactName = OrNull(wrappedValue: suppression.contactName)
        }
    }

    private struct AddedWire: Encodable {
        let id: UUID
        let email: String
        let contactsUpdated: Int
    }

    private struct PageWire: Encodable {
        struct Pagination: Encodable {
            let page: Int
            let limit: Int
            let total: Int64
            let totalPages: Int64
            let hasNext: Bool
            let hasPrev: Bool
        }

        let suppressions: [SuppressionWire]
        let pagination: Pagination

        init(_ page: SuppressionPage) {
            suppressions = page.suppressions.map(SuppressionWire.init)
            let pages = (page.total + Int64(page.limit) - 1) / Int64(page.limit)
            pagination = Pagination(
                page: page.page,
                limit: page.limit,
                total: page.total,
                totalPages: pages,
                hasNext: Int64(page.page) < pages,
                hasPrev: page.page > 1
            )
        }
    }

    let suppressions: SuppressionRepository
    let bodyLimit: Int

    /// Newest first; `search` is a part of the address.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (page, limit, search) = try request.query { query in
            (
                query.int("page", in: 1...1_000_000) ?? 1, query.int("limit", in: 1...SuppressionRepository.largestPage) ?? 50,
                query.string("search")
            )
        }
        return Answer(PageWire(try await suppressions.list(tenantID: context.tenantID, page: page, limit: limit, search: search)))
    }

    func add(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: AddRequest = try await request.fields(limit: bodyLimit)
        let added = try await suppressions.add(
            tenantID: context.tenantID,
            email: body.email,
            reason: body.reason,
            source: body.source,
            note: body.note,
            expiresAt: body.expiresAt
        )
        return Answer(
            AddedWire(id: added.suppression.id, email: added.suppression.email, contactsUpdated: added.contactsUpdated),
            message: "Email added to suppression list"
        )
    }

    func remove(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await suppressions.remove(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Email removed from suppression list")
    }
}
