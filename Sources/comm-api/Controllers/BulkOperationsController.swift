import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Postgres

/// Bulk operations on recipients: asked for, followed, cancelled, taken back.
struct BulkOperationsController: Sendable {
    private static let path = "/api/recipients/operations/"

    let operations: BulkOperations
    let results: BulkResultRepository
    let filters: SavedFilterRepository
    let time: any TimeSource
    let bodyLimit: Int

    /// Small ones are done when the answer comes (200); of large ones the answer says where to follow them (202).
    func submit(_ request: Request, context: TenantContext) async throws -> Response {
        let body: SubmitRequest = try await request.fields(limit: bodyLimit)
        guard let change = body.change else { throw Problem.invalid(body.problems) }
        try Self.requireScope(change.kind, context)
        guard let selection = try await selection(body, context) else { throw Problem.invalid(body.problems) }
        let operation = try await operations.submit(
            tenantID: context.tenantID,
            change,
            selection,
            createdBy: context.caller.credential
        )
        return try answer(operation)
    }

    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (page, state) = try request.query { ($0.page(), $0.string("state")) }
        let known = state.flatMap(BulkState.init(rawValue:))
        if state != nil, known == nil {
            throw Problem.invalid("state", "state must be one of \(BulkState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let found = try await operations.list(tenantID: context.tenantID, state: known, page: page)
        let now = time.now
        let items = try found.map { try OperationWire($0, now: now) }
        return Page(items: items, limit: page.limit, lastID: found.last?.id)
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try OperationWire(try await operations.get(tenantID: context.tenantID, id: try context.id()), now: time.now))
    }

    func cancel(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let operation = try await operations.cancel(tenantID: context.tenantID, id: try context.id())
        return Answer(try OperationWire(operation, now: time.now))
    }

    /// Lets an operation that failed or was cancelled go on where it stood.
    func resume(_ request: Request, context: TenantContext) async throws -> Response {
        let id = try context.id()
        let stopped = try await operations.get(tenantID: context.tenantID, id: id)
        try Self.requireScope(stopped.kind, context)
        return try answer(try await operations.resume(tenantID: context.tenantID, id: id))
    }

    func undo(_ request: Request, context: TenantContext) async throws -> Response {
        let id = try context.id()
        let original = try await operations.get(tenantID: context.tenantID, id: id)
        try Self.requireScope(original.kind, context)
        return try answer(try await operations.undo(tenantID: context.tenantID, id: id, createdBy: context.caller.credential))
    }

    /// The exported contacts, or of other operations those that were passed over, with the reason.
    func result(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (tenantID, id) = (context.tenantID, try context.id())
        let operation = try await operations.get(tenantID: tenantID, id: id)
        guard operation.state.isFinal else {
            let state = operation.state.rawValue
            throw Problem(.conflict, code: "operation_running", "The operation is \(state); its result comes with its end")
        }
        guard operation.undoUntil.map({ $0 > time.now }) ?? false else {
            throw Problem(.gone, code: "result_gone", "The result was kept for 30 days")
        }
        let name = operation.kind == .export ? "recipients" : "skipped"
        return Response.csv(fileName: "\(name)-\(id.uuidString.lowercased()).csv") { [results] write in
            try await results.write(operation, tenantID: tenantID, write)
        }
    }

    /// The operation: done (200), or to be followed (202).
    func answer(_ operation: BulkOperation) throws -> Response {
        var response = try Answer(try OperationWire(operation, now: time.now)).response()
        response.headers[.location] = Self.path + operation.id.uuidString.lowercased()
        if !operation.state.isFinal { response.status = .accepted }
        return response
    }

    /// Who is meant; a saved filter as it is now.
    private func selection(_ body: SubmitRequest, _ context: TenantContext) async throws -> BulkSelection? {
        guard let saved = body.saved else { return body.selection }
        do {
            let filter = try await filters.get(tenantID: context.tenantID, id: saved.filterID).filter
            return .filter(try filter.stored, excluding: saved.excluded, savedAs: saved.filterID)
        } catch let error as SegmentError where error.code == .notFound {
            let field = FieldProblem(field: "selection.filter_id", code: "not_found", message: "Filter not found")
            throw Problem(.notFound, code: "not_found", "Filter not found", errors: [field])
        }
    }

    /// Changing the suppression list asks for its own scope, by this way too.
    private static func requireScope(_ kind: BulkKind, _ context: TenantContext) throws {
        guard kind == .suppress || kind == .unsuppress, !context.caller.permits(.suppressionsWrite) else { return }
        var problem = Problem.forbidden("The API key lacks the scope suppressions:write", code: "missing_scope")
        problem.members["required_scope"] = .string("suppressions:write")
        throw problem
    }
}
