import CommCore
import FoundationEssentials
import Hummingbird
import Postgres

/// Lists of contacts and who is in them.
struct ListsController: Sendable {
    let lists: ListRepository
    let members: ListMembershipRepository
    let exports: ListExportRepository
    let time: any TimeSource
    let bodyLimit: Int

    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CreateRequest = try await request.fields(limit: bodyLimit)
        let list = try await lists.create(
            tenantID: context.tenantID,
            name: body.name,
            description: body.description,
            type: body.type,
            isPublic: body.isPublic,
            publicName: body.publicName
        )
        return Answer(ListWire(list))
    }

    func get(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try SummaryWire(try await lists.summary(tenantID: context.tenantID, id: try context.id())))
    }

    /// Changes what is given; null takes description and public name away.
    func update(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let body: UpdateRequest = try await request.fields(limit: bodyLimit)
        _ = try await lists.update(tenantID: context.tenantID, id: id, body.patch)
        return Answer(try SummaryWire(try await lists.summary(tenantID: context.tenantID, id: id)))
    }

    /// Type descending, then newest first.
    func list(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        Answer(try await lists.list(tenantID: context.tenantID).map(SummaryWire.init))
    }

    func delete(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        try await lists.delete(tenantID: context.tenantID, id: try context.id())
        return Answer.message("List deleted")
    }

    /// Ids of others are skipped.
    func deleteMany(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: IDsRequest = try await request.fields(limit: bodyLimit)
        _ = try await lists.delete(tenantID: context.tenantID, ids: body.ids)
        return Answer.message("Lists deleted")
    }

    /// Newest first; `q` is a part of address, name or identity name.
    func listContacts(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let id = try context.id()
        let (page, pageSize, search) = try request.query { query in
            (query.int("page", in: 1...1_000_000) ?? 1, query.int("pageSize", in: 1...200) ?? 50, query.string("q"))
        }
        let found = try await members.contacts(tenantID: context.tenantID, listID: id, page: page, pageSize: pageSize, search: search)
        return Answer(MembersWire(items: found.items.map(MemberWire.init), total: found.total))
    }

    /// Adds by address (making contacts where needed) or by id.
    func addContacts(_ request: Request, context: TenantContext) async throws -> Response {
        let id = try context.id()
        let body: AddRequest = try await request.fields(limit: bodyLimit)
        if let ids = body.contactIDs {
            return try Answer(AddedByIDWire(try await members.add(tenantID: context.tenantID, listID: id, contactIDs: ids))).response()
        }
        let count = try await members.add(tenantID: context.tenantID, listID: id, drafts: body.drafts ?? [])
        return try Answer(AddedWire(addedCount: count)).response()
    }

    /// Every member as CSV; cells are safe for a spreadsheet.
    func export(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let (tenantID, id) = (context.tenantID, try context.id())
        _ = try await lists.get(tenantID: tenantID, id: id)
        let day = ISO8601.string(from: time.now).prefix(10)
        return Response.csv(fileName: "contacts-export-\(id.uuidString.lowercased())-\(day).csv") { [exports] write in
            try await exports.export(tenantID: tenantID, listID: id, write)
        }
    }
}
