import CommCore
import FoundationEssentials
import Hummingbird

/// Whether people see a list in the preference centre, and under which name.
struct ListVisibilityController: Sendable {
    private struct VisibilityRequest: RequestFields {
        let isPublic: Bool?
        let publicName: String?

        init(_ fields: inout JSONFields) {
            isPublic = fields.bool("is_public")
            publicName = fields.clearableString("public_name")
        }
    }

    private struct VisibilityWire: Encodable {
        let id: UUID
        let name: String
        let isPublic: Bool
        @OrNull var publicName: String?

        init(_ list: ContactList) {
            (id, name, isPublic) = (list.id, list.name, list.isPublic)
            _publicName = OrNull(wrappedValue: list.publicName)
        }
    }

    let lists: ListRepository
    let bodyLimit: Int

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: VisibilityRequest = try await request.fields(limit: bodyLimit)
        let patch = ListPatch(isPublic: body.isPublic, publicName: body.publicName)
        let changed = try await lists.update(tenantID: context.tenantID, id: id, patch)
        return Answer(VisibilityWire(changed))
    }
}
