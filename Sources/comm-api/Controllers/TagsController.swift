import CommCore
import FoundationEssentials
import Hummingbird

/// The tags of a tenant: counted, renamed (or merged) and deleted everywhere.
struct TagsController: Sendable {
    private struct RenameRequest: RequestFields {
        let name: String?

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
            fields.require("name", name != nil)
        }
    }

    private struct TagWire: Encodable {
        let tag: String
        let contactCount: Int
    }

    let tags: TagRepository
    let operations: BulkOperations
    let bulk: BulkOperationsController
    let bodyLimit: Int

    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let prefix = try request.query { $0.string("prefix") }
        let found = try await tags.list(tenantID: context.tenantID, prefix: prefix)
        return Answer(found.map { TagWire(tag: $0.tag, contactCount: $0.contacts) })
    }

    /// To a name that there is already: merges the two.
    func rename(_ request: Request, context: TenantContext) async throws -> Response {
        let body: RenameRequest = try await request.fields(limit: bodyLimit)
        let tag = try await existing(context)
        var parameters = BulkParameters()
        (parameters.from, parameters.to) = (tag, body.name)
        return try await run(.renameTag, parameters, tag, context)
    }

    func delete(_ request: Request, context: TenantContext) async throws -> Response {
        let tag = try await existing(context)
        var parameters = BulkParameters()
        parameters.tags = [tag]
        return try await run(.untag, parameters, tag, context)
    }

    private func run(_ kind: BulkKind, _ parameters: BulkParameters, _ tag: String, _ context: TenantContext) async throws -> Response {
        var check = FieldCheck()
        guard let change = BulkChange(kind: kind, parameters: parameters, &check) else {
            throw Problem.invalid(
                check.problems.map { FieldProblem(field: $0.field == "to" ? "name" : $0.field, code: $0.code, message: $0.message) }
            )
        }
        let operation = try await operations.submit(
            tenantID: context.tenantID,
            change,
            .tagged([tag]),
            createdBy: context.caller.credential
        )
        return try bulk.answer(operation)
    }

    private func existing(_ context: TenantContext) async throws -> String {
        let tag = try context.tag()
        guard try await tags.list(tenantID: context.tenantID, prefix: tag).contains(where: { $0.tag == tag }) else {
            throw Problem.notFound("Tag")
        }
        return tag
    }
}
