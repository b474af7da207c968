import CommCore
import FoundationEssentials
import Hummingbird

/// The classes of a tenant's own types of messages.
struct MessageTypesController: Sendable {
    let types: MessageTypeRepository
    let bodyLimit: Int

    /// By name.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await types.list(tenantID: context.tenantID).map { TypeWire($0) })
    }

    func set(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let type = context.parameters.get("type") ?? ""
        let body: TypeRequest = try await request.fields(limit: bodyLimit)
        return Answer(TypeWire(try await types.set(tenantID: context.tenantID, type: type, priority: body.priority)))
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await types.delete(tenantID: context.tenantID, type: context.parameters.get("type") ?? "")
        return Answer.message("Message type deleted")
    }
}

extension MessageTypesController {
    struct TypeRequest: RequestFields {
        let priority: String?

        init(_ fields: inout JSONFields) {
            priority = fields.string("priority")
        }
    }

    struct TypeWire: Encodable {
        let messageType: String
        let priority: String
        let updatedAt: Date

        init(_ entry: MessageTypeRepository.Entry) {
            (messageType, priority, updatedAt) = (entry.type, entry.priority.word, entry.updatedAt)
        }
    }
}
