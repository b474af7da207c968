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

        init(_ list: ListVisibility) {
            (id, name, isPublic) = (list.listID, list.name, list.isPublic)
            _publicName = OrNull(wrappedValue: list.publicName)
        }
    }

    let lists: ListRepository
    let bodyLimit: Int

    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: VisibilityRequest = try await request.fields(limit: bodyLimit)
        let changed = try await lists.setVisibility(
            tenantID: context.tenantID,
            id: id,
            isPublic: body.isPublic,
            publicName: body.publicName
        )
        return Answer(VisibilityWire(changed))
    }
}
