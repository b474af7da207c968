import CommCore
import FoundationEssentials
import Hummingbird

/// Lists made of filters.
struct FilteredListsController: Sendable {
    private struct CreateRequest: RequestFields {
        let name: String?
        let description: String?
        let mode: FilteredList.Mode
        let filter: RecipientFilter
        let given: JSONValue

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
            description = fields.string("description")
            let word = fields.string("mode")
            let known = word.map(FilteredList.Mode.init(rawValue:)) ?? .smart
            if known == nil {
                fields.add("mode", "invalid", "must be one of \(FilteredList.Mode.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            mode = known ?? .smart
            (filter, given) = fields.recipientFilter("filters")
        }
    }

    private struct CreatedWire: Encodable {
        let id: UUID
        let name: String
        @OrNull var description: String?
        let type: String
        let createdAt: Date
        let recipientCount: Int64
        let recipientCountIsEstimate: Bool
        /// False: the members are added within moments.
        let isFilled: Bool
        let filtersApplied: JSONValue

        init(_ created: FilteredList, filtersApplied: JSONValue) {
            let list = created.list
            (id, name, type, createdAt) = (list.id, list.name, list.type.rawValue, list.createdAt)
            _description = OrNull(wrappedValue: list.description)
            recipientCount = created.recipients.count
            recipientCountIsEstimate = created.recipients.isEstimate
            isFilled = created.isFilled
            self.filtersApplied = filtersApplied == .null ? .object([:]) : filtersApplied
        }
    }

    let lists: FilteredListRepository
    let bodyLimit: Int

    /// A snapshot of who matches now, or a smart list that follows its filter.
    func create(_ request: Request, context: TenantContext) async throws -> some ResponseGenerator {
        let body: CreateRequest = try await request.fields(limit: bodyLimit)
        let created = try await lists.create(
            tenantID: context.tenantID,
            name: body.name,
            description: body.description,
            filter: body.filter,
            mode: body.mode
        )
        return Answer(CreatedWire(created, filtersApplied: body.given))
    }
}
