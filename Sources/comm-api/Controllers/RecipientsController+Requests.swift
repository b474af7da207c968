import CommCore
import FoundationEssentials

extension RecipientsController {
    /// The query of the grid: the contract's parameters, and beside them a rule tree, a saved filter, a cursor and a choice of columns.
    struct GridRequest {
        let filter: RecipientFilter
        let filterID: UUID?
        let sort: RecipientSort
        let columns: [RecipientColumn]
        let limit: Int
        let offset: Int
        let cursor: RecipientCursor?
        /// The filters as they were given.
        let given: [String: JSONValue]

        init(_ query: inout QueryFields) {
            var given: [String: JSONValue] = [:]
            var members: [String: AttributeValue] = [:]
            for name in RecipientFilter.contractNames {
                guard let text = query.string(name) else { continue }
                given[name] = .string(text)
                members[name] = .text(text)
            }
            var root: [FilterNode] = []
            query.collect { root.append(try RecipientFilter(contract: members).root) }
            if let text = query.string("filter") {
                if let json = try? JSONParser.parse(Array(text.utf8)) {
                    given["filter"] = json
                    query.collect { root.append(try RecipientFilter(json: AttributeValue(json), path: "filter").root) }
                } else {
                    query.refuse("filter", "filter must be a JSON object")
                }
            }
            filterID = query.uuid("filter_id")
            if let filterID { given["filter_id"] = .string(filterID.uuidString.lowercased()) }
            filter = RecipientFilter(root: .and(root.filter { $0 != .and([]) }))
            var check = FieldCheck()
            sort = RecipientSort(by: query.string("sort_by"), order: query.string("sort_order"), &check)
            columns = RecipientColumn.chosen(query.string("columns"), &check)
            query.add(check.problems)
            limit = query.int("limit", in: 1...Int(Int32.max)) ?? 50
            offset = query.int("offset", in: 0...RecipientQuery.furthestOffset) ?? 0
            cursor = query.string("cursor").flatMap { text in
                let cursor = RecipientCursor(text)
                if cursor == nil { query.refuse("cursor", "cursor is none that was given here") }
                return cursor
            }
            if cursor != nil, offset > 0 { query.refuse("offset", "offset cannot be given together with cursor") }
            self.given = given
        }
    }

    /// `{"filters":{…}}`: the contract's object, or a rule tree.
    struct FilterRequest: RequestFields {
        let filter: RecipientFilter
        let filterID: UUID?
        let given: JSONValue

        init(_ fields: inout JSONFields) {
            (filter, given) = fields.recipientFilter("filters")
            filterID = fields.uuid("filter_id")
        }
    }

    struct ExportRequest: RequestFields {
        let filter: RecipientFilter
        let filterID: UUID?
        let sort: RecipientSort
        /// Nil: the contract's.
        let columns: [RecipientColumn]?

        init(_ fields: inout JSONFields) {
            filter = fields.recipientFilter("filters").filter
            filterID = fields.uuid("filter_id")
            var check = FieldCheck()
            sort = RecipientSort(by: fields.string("sort_by"), order: fields.string("sort_order"), &check)
            let names = fields.strings("columns")
            columns = names.map { RecipientColumn.chosen($0.joined(separator: ","), alwaysID: false, &check) }
            fields.add(check.problems)
        }
    }

    struct SavedFilterRequest: RequestFields {
        let name: String?
        let filter: RecipientFilter?

        init(_ fields: inout JSONFields) {
            name = fields.string("name")
            let (filter, given) = fields.recipientFilter("filters")
            self.filter = given == .null ? nil : filter
        }
    }
}

extension JSONFields {
    /// A filter, and how it was given; everybody when it is missing.
    mutating func recipientFilter(_ name: String) -> (filter: RecipientFilter, given: JSONValue) {
        guard let members = attributes(name) else { return (.all, .null) }
        do {
            let filter = try RecipientFilter(json: .object(members), path: name)
            return (filter, JSONValue(AttributeValue.object(members)))
        } catch {
            add((error as? SegmentError)?.problems ?? [])
            return (.all, .null)
        }
    }
}

extension RecipientColumn {
    /// The columns of a comma list, each once; the contract's when there is none.
    static func chosen(_ list: String?, alwaysID: Bool = true, _ check: inout FieldCheck) -> [RecipientColumn] {
        guard let list else { return usual }
        var columns: [RecipientColumn] = alwaysID ? [.id] : []
        for name in list.split(separator: ",").map({ $0.filter { $0 != " " } }) {
            guard let column = RecipientColumn(rawValue: name) else {
                check.add("columns", "invalid", "columns must be of \(allCases.map(\.rawValue).joined(separator: ", "))")
                return usual
            }
            if !columns.contains(column) { columns.append(column) }
        }
        return columns
    }
}

extension JSONValue {
    init(_ value: AttributeValue) {
        switch value {
        case .text(let text): self = .string(text)
        case .number(let number): self = .number(Int64(exactly: number).map(String.init) ?? String(number))
        case .boolean(let flag): self = .bool(flag)
        case .null: self = .null
        case .list(let values): self = .array(values.map(JSONValue.init))
        case .object(let members): self = .object(members.mapValues(JSONValue.init))
        }
    }
}
