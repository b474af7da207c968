import CommCore
import FoundationEssentials
import Postgres

extension ListsController {
    struct CreateRequest: RequestFields {
        let name: String?
        let description: String?
        let type: String?
        let isPublic: Bool?
        let publicName: String?

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
            description = fields.string("description")
            type = fields.string("type")
            isPublic = fields.bool("is_public")
            publicName = fields.string("public_name")
        }
    }

    struct UpdateRequest: RequestFields {
        let patch: ListPatch

        init(_ fields: inout JSONFields) {
            patch = ListPatch(
                name: fields.string("name"),
                description: fields.clearableString("description"),
                isPublic: fields.bool("is_public"),
                publicName: fields.clearableString("public_name")
            )
        }
    }

    struct AddRequest: RequestFields {
        private static let most = 10_000

        let drafts: [ContactDraft]?
        let contactIDs: [UUID]?

        init(_ fields: inout JSONFields) {
            drafts = fields.items("emails", text: { ContactDraft(email: $0) }, object: { ContactDraft(&$0) })
            contactIDs = fields.uuids("contact_ids")
            guard fields.problems.isEmpty else { return }
            let count = drafts?.count ?? contactIDs?.count ?? 0
            if count == 0 { fields.add("emails", "required", "[] or contact_ids[] required") }
            if count > Self.most {
                fields.add(drafts == nil ? "contact_ids" : "emails", "too_long", "holds more than \(Self.most) entries")
            }
            if drafts != nil, contactIDs != nil { fields.add("contact_ids", "invalid", "cannot be given together with emails") }
        }
    }

    struct ListWire: Encodable {
        let id: UUID
        let name: String
        @OrNull var description: String?
        let type: String
        let createdAt: Date
        let isPublic: Bool
        @OrNull var publicName: String?

        init(_ list: ContactList) {
            (id, name, type, createdAt) = (list.id, list.name, list.type.rawValue, list.createdAt)
            _description = OrNull(wrappedValue: list.description)
            isPublic = list.isPublic
            _publicName = OrNull(wrappedValue: list.publicName)
        }
    }

    struct SummaryWire: Encodable {
        let id: UUID
        let name: String
        @OrNull var description: String?
        let type: String
        @OrNull var filterDefinition: JSONValue?
        let createdAt: Date
        let contactCount: Int64
        let isPublic: Bool
        @OrNull var publicName: String?

        init(_ summary: ListSummary) throws {
            let list = summary.list
            (id, name, type, createdAt) = (list.id, list.name, list.type.rawValue, list.createdAt)
            (contactCount, isPublic) = (summary.contactCount, list.isPublic)
            _publicName = OrNull(wrappedValue: list.publicName)
            _description = OrNull(wrappedValue: list.description)
            _filterDefinition = OrNull(wrappedValue: try list.filterDefinition.map { try JSONParser.parse(Array($0.text.utf8)) })
        }
    }

    struct MemberWire: Encodable {
        let id: UUID
        let email: String
        @OrNull var name: String?
        @OrNull var phone: String?
        @OrNull var identityType: String?
        @OrNull var identityName: String?
        let status: String
        let qualityIndex: Int

        init(_ contact: Contact) {
            (id, email, status, qualityIndex) = (contact.id, contact.email, contact.status.rawValue, contact.qualityIndex)
            _name = OrNull(wrappedValue: contact.name)
            _phone = OrNull(wrappedValue: contact.phone)
            _identityType = OrNull(wrappedValue: contact.identityType?.rawValue)
            _identityName = OrNull(wrappedValue: contact.identityName)
        }
    }

    struct MembersWire: Encodable {
        let items: [MemberWire]
        let total: Int64
    }

    struct AddedWire: Encodable {
        let addedCount: Int
    }

    struct AddedByIDWire: Encodable {
        let addedCount: Int
        let requestedCount: Int
        let validCount: Int

        init(_ added: AddedByID) {
            (addedCount, requestedCount, validCount) = (added.addedCount, added.requestedCount, added.validCount)
        }
    }
}
