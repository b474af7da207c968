import CommCore
import FoundationEssentials
import Hummingbird

/// Single contacts.
struct ContactsController: Sendable {
    private struct UpsertRequest: RequestFields {
        let draft: ContactDraft

        init(_ fields: inout JSONFields) {
            draft = ContactDraft(&fields)
        }
    }

    let contacts: ContactRepository
    let subscriptions: SubscriptionService
    let bodyLimit: Int

    /// The address is the key: given values overwrite, missing ones stay, an opt-out stays too.
    func upsert(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: UpsertRequest = try await request.fields(limit: bodyLimit)
        let (contact, wasRestored) = try await contacts.store(tenantID: context.tenantID, draft: body.draft)
        return Answer(ContactWire(contact, restored: wasRestored))
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(ContactWire(try await contacts.get(tenantID: context.tenantID, id: try context.id())))
    }

    func unsubscribe(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        switch try await subscriptions.unsubscribe(try subject(context), source: "api") {
        case .contactNotFound: throw Problem.notFound("Contact")
        case .done, .refused: return Answer.message("Contact unsubscribed")
        }
    }

    /// Refused for addresses that bounced or complained.
    func resubscribe(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        switch try await subscriptions.resubscribe(try subject(context), source: "api") {
        case .contactNotFound: throw Problem.notFound("Contact")
        case .refused: throw Problem(.conflict, code: "address_refused", "The address bounced or complained and cannot be subscribed again")
        case .done: return Answer.message("Contact resubscribed successfully")
        }
    }

    private func subject(_ context: TenantContext) throws -> SubscriptionService.Subject {
        SubscriptionService.Subject(tenantID: context.tenantID, contactID: try context.id())
    }
}

extension ContactDraft {
    /// The fields by which clients describe a contact.
    init(_ fields: inout JSONFields) {
        self.init(
            email: fields.string("email"),
            name: fields.string("name"),
            phone: fields.string("phone"),
            identityType: fields.string("identity_type"),
            identityName: fields.string("identity_name"),
            language: fields.string("language"),
            attributes: fields.attributes("attributes") ?? [:]
        )
    }
}

/// A contact as clients see it.
struct ContactWire: Encodable {
    let id: UUID
    let email: String
    @OrNull var name: String?
    @OrNull var phone: String?
    @OrNull var identityType: String?
    @OrNull var identityName: String?
    @OrNull var language: String?
    let source: String
    let status: String
    let qualityIndex: Int
    let attributes: [String: AttributeValue]
    let createdAt: Date
    let updatedAt: Date
    /// Of an upsert: whether the contact came back from the recycle bin.
    let restored: Bool?

    init(_ contact: Contact, restored: Bool? = nil) {
        self.restored = restored
        (id, email, source, status) = (contact.id, contact.email, contact.source, contact.status.rawValue)
        (qualityIndex, attributes) = (contact.qualityIndex, contact.attributes)
        (createdAt, updatedAt) = (contact.createdAt, contact.updatedAt)
        _name = OrNull(wrappedValue: contact.name)
        _phone = OrNull(wrappedValue: contact.phone)
        _identityType = OrNull(wrappedValue: contact.identityType?.rawValue)
        _identityName = OrNull(wrappedValue: contact.identityName)
        _language = OrNull(wrappedValue: contact.language)
    }
}
