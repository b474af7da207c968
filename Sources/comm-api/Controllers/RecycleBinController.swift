import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The contract's bulk routes and the recycle bin: other faces of the bulk operations.
struct RecycleBinController: Sendable {
    private static let defaultAge = 30
    /// What a request may name runs within it.
    private static let atOnce = BulkSelection.mostIDs

    let operations: BulkOperations
    let bin: RecycleBinRepository
    let time: any TimeSource
    let bodyLimit: Int

    func bulkDelete(_ request: Request, context: TenantContext) async throws -> Response {
        let body: DeleteRequest = try await request.fields(limit: bodyLimit)
        let reason = body.reason.flatMap { $0.isEmpty ? nil : $0 } ?? "bulk_delete"
        var parameters = BulkParameters()
        parameters.reason = reason
        var check = FieldCheck()
        guard let change = BulkChange(kind: .delete, parameters: parameters, &check) else { throw Problem.invalid(check.problems) }
        let operation = try await run(change, .ids(body.recipientIDs), context)
        let deleted = try await changed(by: operation, context)
        return try answer(
            DeletedWire(deletedCount: operation.changed, deletedRecipients: deleted, reason: reason, operationID: operation.id),
            operation
        )
    }

    /// Into a list, and out of another when one is named; what counts as moved is new in the list.
    func bulkMove(_ request: Request, context: TenantContext) async throws -> Response {
        let body: MoveRequest = try await request.fields(limit: bodyLimit)
        guard let to = body.toListID else { throw Problem.invalid("to_list_id", "to_list_id is required", code: "required") }
        var parameters = BulkParameters()
        (parameters.listID, parameters.fromListID, parameters.toListID) = (to, body.fromListID, to)
        var check = FieldCheck()
        let kind: BulkKind = body.fromListID == nil ? .addToList : .move
        guard let change = BulkChange(kind: kind, parameters: parameters, &check) else { throw Problem.invalid(check.problems) }
        let operation: BulkOperation
        do {
            operation = try await run(change, .ids(body.recipientIDs), context)
        } catch let error as BulkError where error.code == .listNotFound && kind == .addToList {
            throw Problem(.notFound, code: "not_found", "Target list not found", errors: error.problems)
        }
        let moved = try await bin.joined(to, by: operation.id, tenantID: context.tenantID)
        return try answer(
            MovedWire(movedCount: moved, fromListID: OrNull(wrappedValue: body.fromListID), toListID: to, operationID: operation.id),
            operation
        )
    }

    func restoreMany(_ request: Request, context: TenantContext) async throws -> Response {
        let body: RecipientIDsRequest = try await request.fields(limit: bodyLimit)
        let operation = try await run(.restore, .ids(body.recipientIDs), context)
        let restored = try await changed(by: operation, context)
        return try answer(
            RestoredWire(restoredCount: operation.changed, restoredRecipients: restored, operationID: operation.id),
            operation
        )
    }

    /// Newest first.
    ///
    /// With `offset` in the shape of the older contract, `{recipients, pagination}`; else the contacts themselves, with
    /// `pagination` beside them.
    func deleted(_ request: Request, context: TenantContext) async throws -> Response {
        let (limit, offset, cursor) = try request.query { query in
            (query.int("limit", in: 1...1000), query.int("offset", in: 0...1_000_000), query.string("cursor"))
        }
        let after = try cursor.map(Self.cursor)
        let size = limit ?? (offset == nil ? 100 : 50)
        let (found, total) = try await bin.list(tenantID: context.tenantID, limit: size + 1, offset: offset ?? 0, after: after)
        let contacts = found.prefix(size).map(DeletedContactWire.init)
        let hasMore = found.count > size
        let pagination = PaginationWire(
            total: total,
            limit: size,
            offset: offset ?? 0,
            hasMore: hasMore,
            nextCursor: OrNull(wrappedValue: hasMore ? found.prefix(size).last.map(Self.cursor) : nil)
        )
        guard offset == nil else {
            return try Answer(OlderPageWire(recipients: contacts, pagination: pagination)).response()
        }
        return try Response.json(NewerPageWire(data: contacts, pagination: pagination))
    }

    func restoreOne(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        try await requireDeleted(id, context)
        let operation = try await run(.restore, .ids([id]), context)
        let restored = try await changed(by: operation, context)
        return Answer(
            RestoredWire(restoredCount: operation.changed, restoredRecipients: restored, operationID: operation.id),
            message: "Recipient restored"
        )
    }

    /// Only what is in the recycle bin.
    func removeOne(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        try await requireDeleted(id, context)
        try await bin.remove(tenantID: context.tenantID, id: id)
        return Answer.message("Recipient permanently deleted")
    }

    /// Everything that has been in the recycle bin for longer than `olderThanDays`.
    func cleanUp(_ request: Request, context: TenantContext) async throws -> Response {
        let days = try request.query { $0.int("olderThanDays", in: 0...36_500) } ?? Self.defaultAge
        let before = time.now.addingTimeInterval(-Double(days) * 86_400)
        let operation = try await operations.submit(
            tenantID: context.tenantID,
            .purge,
            .deletedBefore(before),
            createdBy: context.caller.credential
        )
        return try answer(CleanedWire(deletedCount: operation.changed, olderThanDays: days, operationID: operation.id), operation)
    }

    /// A contact, in the recycle bin or not, for good.
    func deleteContact(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await bin.remove(tenantID: context.tenantID, id: try context.id())
        return Answer.message("Contact deleted successfully")
    }

    private func run(_ change: BulkChange, _ selection: BulkSelection, _ context: TenantContext) async throws -> BulkOperation {
        try await operations.submit(
            tenantID: context.tenantID,
            change,
            selection,
            createdBy: context.caller.credential,
            atOnce: Self.atOnce
        )
    }

    private func requireDeleted(_ id: UUID, _ context: TenantContext) async throws {
        switch try await bin.isDeleted(tenantID: context.tenantID, id: id) {
        case nil: throw Problem.notFound("Recipient")
        case false: throw Problem(.conflict, code: "not_in_recycle_bin", "The recipient is not in the recycle bin")
        default: return
        }
    }

    private func changed(by operation: BulkOperation, _ context: TenantContext) async throws -> [PersonWire] {
        guard operation.changed > 0 else { return [] }
        return try await bin.changed(by: operation.id, tenantID: context.tenantID).map {
            PersonWire(id: $0.id, email: $0.email, name: OrNull(wrappedValue: $0.name))
        }
    }

    /// Done, or left to comm-stats because it is large or others were in the way.
    private func answer(_ wire: some Encodable & Sendable, _ operation: BulkOperation) throws -> Response {
        var response = try Answer(wire).response()
        response.headers[.location] = "/api/recipients/operations/\(operation.id.uuidString.lowercased())"
        if !operation.state.isFinal { response.status = .accepted }
        return response
    }

    private static func cursor(_ contact: DeletedContact) -> String {
        "\(Int64((contact.deletedAt.timeIntervalSince1970 * 1_000_000).rounded()))_\(contact.id.uuidString.lowercased())"
    }

    private static func cursor(_ text: String) throws -> RecycleBinRepository.Cursor {
        let parts = text.split(separator: "_")
        guard parts.count == 2, let time = Int64(parts[0]), abs(time) < 1 << 53, let id = UUID(uuidString: String(parts[1])) else {
            throw Problem.invalid("cursor", "cursor must be one that an answer gave")
        }
        return .init(deletedAt: Date(timeIntervalSince1970: Double(time) / 1_000_000), id: id)
    }
}
