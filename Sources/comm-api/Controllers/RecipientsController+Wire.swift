import CommCore
import FoundationEssentials
import Postgres

extension RecipientsController {
    /// A page as the contract has it, with cursors beside.
    struct GridWire: Encodable {
        struct Pagination: Encodable {
            let total: Int64
            let totalIsEstimate: Bool
            let limit: Int
            let offset: Int
            let hasMore: Bool
            @OrNull var nextCursor: String?
            @OrNull var previousCursor: String?
        }

        struct Sorting: Encodable {
            let sortBy: String
            let sortOrder: String
            let availableColumns: [String]
        }

        let recipients: [JSONValue]
        let pagination: Pagination
        let filtersApplied: [String: JSONValue]
        let sorting: Sorting

        init(_ page: RecipientPage, _ query: RecipientQuery, filtersApplied: [String: JSONValue]) {
            recipients = page.rows.map { JSONValue($0, query.columns) }
            pagination = Pagination(
                total: page.total.count,
                totalIsEstimate: page.total.isEstimate,
                limit: query.limit,
                offset: query.offset,
                hasMore: page.hasMore,
                nextCursor: page.next?.text,
                previousCursor: page.previous?.text
            )
            self.filtersApplied = filtersApplied
            sorting = Sorting(
                sortBy: query.sort.terms.map(\.column.rawValue).joined(separator: ","),
                sortOrder: query.sort.terms.map { $0.isDescending ? "desc" : "asc" }.joined(separator: ","),
                availableColumns: RecipientColumn.sortable.map(\.rawValue)
            )
        }
    }

    struct FilterWire: Encodable {
        let totalMatches: Int64
        let totalIsEstimate: Bool
        let preview: [JSONValue]
        let filtersApplied: JSONValue

        init(_ page: RecipientPage, _ columns: [RecipientColumn], filtersApplied: JSONValue) {
            totalMatches = page.total.count
            totalIsEstimate = page.total.isEstimate
            preview = page.rows.map { JSONValue($0, columns) }
            self.filtersApplied = filtersApplied == .null ? .object([:]) : filtersApplied
        }
    }

    struct SavedFilterWire: Encodable {
        let id: UUID
        let name: String
        let filters: JSONValue
        let createdAt: Date
        let updatedAt: Date

        init(_ saved: SavedFilter) {
            (id, name, createdAt, updatedAt) = (saved.id, saved.name, saved.createdAt, saved.updatedAt)
            filters = JSONValue(saved.filter.json)
        }
    }

    struct CampaignWire: Encodable {
        let id: UUID
        let name: String
        let status: String
        let createdAt: Date
        let recipientCount: Int64

        init(_ campaign: RecipientCampaign) {
            (id, name, status) = (campaign.id, campaign.name, campaign.status)
            (createdAt, recipientCount) = (campaign.createdAt, campaign.recipientCount)
        }
    }
}

extension JSONValue {
    /// A row with these columns.
    init(_ row: RecipientRow, _ columns: [RecipientColumn]) {
        var members: [String: JSONValue] = ["id": .string(row.id.uuidString.lowercased())]
        for column in columns where column != .id {
            // The contract has this number as a text.
            if column == .listCount, case .integer(let count) = row.values[column] {
                members[column.rawValue] = .string(String(count))
            } else {
                members[column.rawValue] = row.values[column].map(JSONValue.init) ?? .null
            }
        }
        self = .object(members)
    }

    private init(_ value: RecipientRow.Value) {
        switch value {
        case .null: self = .null
        case .text(let text): self = .string(text)
        case .integer(let integer): self = .number(String(integer))
        case .date(let date): self = .string(ISO8601.string(from: date))
        case .id(let id): self = .string(id.uuidString.lowercased())
        case .words(let words): self = .array(words.map(JSONValue.string))
        case .json(let json): self = (try? JSONParser.parse(Array(json.text.utf8))) ?? .null
        }
    }
}
