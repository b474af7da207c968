import CommCore
import FoundationEssentials
import HTTPTypes
import Postgres

extension BulkOperationsController {
    /// `{"operation":"tag","tags":["vip"],"selection":{"ids":[…]}}`, or a filter with exceptions as the selection.
    struct SubmitRequest: RequestFields {
        let change: BulkChange?
        let selection: BulkSelection?
        /// A saved filter to be the selection, and who is excepted.
        let saved: (filterID: UUID, excluded: [UUID])?
        /// What the domain has against it.
        let problems: [FieldProblem]

        init(_ fields: inout JSONFields) {
            let word = fields.string("operation")
            fields.require("operation", word != nil)
            let kind = word.flatMap(BulkKind.init(word:)).flatMap { $0 == .purge ? nil : $0 }
            if word != nil, kind == nil {
                let words = BulkKind.allCases.filter { $0 != .purge }.map(\.rawValue).joined(separator: ", ")
                fields.add("operation", "invalid", "must be one of \(words)")
            }
            let parameters = BulkParameters(&fields)
            let choice = fields.nested("selection") { Self.choice(&$0) } ?? nil
            var check = FieldCheck()
            change = kind.flatMap { BulkChange(kind: $0, parameters: parameters, &check) }
            // Who has a tag is known, where nobody is named.
            (selection, saved) = Self.split(choice ?? (kind == .renameTag ? .selection(.tagged([parameters.from ?? ""])) : nil))
            fields.require("selection", selection != nil || saved != nil)
            problems = check.problems
        }

        /// Who is meant: said in the request, or kept under an id.
        private enum Choice {
            case selection(BulkSelection)
            case saved(UUID, excluding: [UUID])
        }

        private static func split(_ choice: Choice?) -> (BulkSelection?, (filterID: UUID, excluded: [UUID])?) {
            switch choice {
            case .selection(let selection): (selection, nil)
            case .saved(let id, let excluded): (nil, (id, excluded))
            case nil: (nil, nil)
            }
        }

        private static func choice(_ fields: inout JSONFields) -> Choice? {
            let ids = fields.uuids("ids")
            let filter = fields.attributes("filter")
            let filterID = fields.uuid("filter_id")
            let excluded = fields.uuids("excluded_ids") ?? []
            let most = BulkSelection.mostIDs
            if (ids?.count ?? 0) > most { fields.add("ids", "too_many", "holds more than \(most) ids; use a filter for more") }
            if excluded.count > most { fields.add("excluded_ids", "too_many", "holds more than \(most) ids") }
            switch (ids, filter, filterID) {
            case (let ids?, nil, nil):
                if ids.isEmpty { fields.add("ids", "required", "must name at least one contact") }
                if !excluded.isEmpty { fields.add("excluded_ids", "invalid", "goes together with a filter") }
                return .selection(.ids(ids))
            case (nil, let filter?, nil):
                guard let json = try? PostgresJSON(encoding: filter) else { return nil }
                return .selection(.filter(json, excluding: excluded))
            case (nil, nil, let filterID?):
                return .saved(filterID, excluding: excluded)
            case (nil, nil, nil):
                if fields.problems.isEmpty { fields.add("ids", "required", "or filter or filter_id is required") }
                return nil
            case (_, nil, _?):
                fields.add("filter_id", "invalid", "cannot be given together with ids")
                return nil
            default:
                fields.add("filter", "invalid", "cannot be given together with ids or filter_id")
                return nil
            }
        }
    }

    struct OperationWire: Encodable {
        let id: UUID
        let operation: String
        let parameters: JSONValue
        let selection: JSONValue
        let state: String
        let cancelRequested: Bool
        @OrNull var requested: Int?
        @OrNull var matched: Int?
        let processed: Int
        let changed: Int
        let unchanged: Int
        let skipped: Int
        /// From 0 to 1.
        let progress: Double
        @OrNull var error: String?
        let undoable: Bool
        let resumable: Bool
        @OrNull var undoUntil: Date?
        @OrNull var undoes: UUID?
        @OrNull var undoneBy: UUID?
        let createdBy: String
        let createdAt: Date
        @OrNull var startedAt: Date?
        @OrNull var finishedAt: Date?
        let url: String

        init(_ operation: BulkOperation, now: Date) throws {
            id = operation.id
            self.operation = operation.kind.rawValue
            parameters = try Self.json(PostgresJSON(encoding: operation.parameters))
            selection = try Self.json(operation.selection)
            (state, cancelRequested) = (operation.state.rawValue, operation.cancelRequested)
            (processed, changed) = (operation.processed, operation.changed)
            (unchanged, skipped) = (operation.unchanged, operation.skipped)
            progress = Self.progress(operation)
            (undoable, resumable) = (operation.isUndoable(at: now), operation.isResumable(at: now))
            (createdBy, createdAt) = (operation.createdBy, operation.createdAt)
            url = "/api/recipients/operations/\(operation.id.uuidString.lowercased())"
            _requested = OrNull(wrappedValue: operation.requested)
            _matched = OrNull(wrappedValue: operation.matched)
            _error = OrNull(wrappedValue: operation.error)
            _undoUntil = OrNull(wrappedValue: operation.undoUntil)
            _undoes = OrNull(wrappedValue: operation.undoes)
            _undoneBy = OrNull(wrappedValue: operation.undoneBy)
            _startedAt = OrNull(wrappedValue: operation.startedAt)
            _finishedAt = OrNull(wrappedValue: operation.finishedAt)
        }

        private static func json(_ document: PostgresJSON) throws -> JSONValue {
            try JSONParser.parse(Array(document.text.utf8))
        }

        private static func progress(_ operation: BulkOperation) -> Double {
            guard operation.state != .completed else { return 1 }
            guard let matched = operation.matched, matched > 0 else { return 0 }
            return (Double(operation.processed) / Double(matched) * 1000).rounded() / 1000
        }
    }
}

extension BulkParameters {
    /// The fields by which clients describe a bulk operation.
    init(_ fields: inout JSONFields) {
        self.init()
        listID = fields.uuid("list_id")
        fromListID = fields.uuid("from_list_id")
        toListID = fields.uuid("to_list_id")
        tags = fields.strings("tags")
        from = fields.string("from")
        to = fields.string("to")
        key = fields.string("key")
        value = fields.anything("value")
        reason = fields.string("reason")
        note = fields.string("note")
        includeUnsubscribed = fields.bool("include_unsubscribed")
        columns = fields.strings("columns")
    }
}

extension BulkErrorCode: AnsweredCode {
    func answer(_ message: String) -> Problem? {
        switch self {
        case .invalid: nil
        case .notFound, .listNotFound: Problem(.notFound, code: "not_found", message)
        case .notUndoable, .alreadyUndone, .notResumable, .notFinished, .finished, .notDeleted, .noResult:
            Problem(.conflict, code: rawValue, message)
        }
    }
}
