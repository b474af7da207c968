import FoundationEssentials

extension BulkChange {
    private static let longestReason = 100
    private static let longestNote = 1_000

    /// Checks what a kind was told; nil when a problem was added to `check`.
    package init?(kind: BulkKind, parameters: BulkParameters, _ check: inout FieldCheck) {
        let before = check.problems.count
        let change = Self.make(kind, parameters, &check)
        guard let change, check.problems.count == before else { return nil }
        self = change
    }

    private static func make(_ kind: BulkKind, _ given: BulkParameters, _ check: inout FieldCheck) -> BulkChange? {
        switch kind {
        case .delete: return reason(given, or: "bulk_delete", &check).map { .delete(reason: $0) }
        case .restore: return .restore
        case .purge: return .purge
        case .addToList: return required(given.listID ?? given.toListID, "list_id", &check).map { .addToList($0) }
        case .removeFromList: return required(given.listID ?? given.fromListID, "list_id", &check).map { .removeFromList($0) }
        case .move: return move(given, &check)
        case .tag: return tags(given, &check).map { .tag($0) }
        case .untag: return tags(given, &check).map { .untag($0) }
        case .renameTag: return rename(given, &check)
        case .setAttribute: return attribute(given, &check)
        case .removeAttribute: return key(given, &check).map { .removeAttribute(key: $0) }
        case .suppress:
            check.text("note", given.note)
            check.line("note", given.note, limit: longestNote)
            return reason(given, or: "manual", &check).map { .suppress(reason: $0, note: given.note) }
        case .unsuppress: return .unsuppress(includesUnsubscribed: given.includeUnsubscribed ?? false)
        case .export: return .export(columns: BulkExportColumn.check(given.columns, &check))
        }
    }

    private static func required<Value>(_ value: Value?, _ field: String, _ check: inout FieldCheck) -> Value? {
        if value == nil { check.add(.required(field)) }
        return value
    }

    private static func reason(_ given: BulkParameters, or word: String, _ check: inout FieldCheck) -> String? {
        guard let reason = given.reason, !FieldCheck.isBlank(reason) else { return word }
        check.line("reason", reason, limit: longestReason)
        return reason
    }

    private static func move(_ given: BulkParameters, _ check: inout FieldCheck) -> BulkChange? {
        let from = required(given.fromListID, "from_list_id", &check)
        let to = required(given.toListID, "to_list_id", &check)
        guard let from, let to else { return nil }
        guard from != to else {
            check.add("to_list_id", "invalid", "to_list_id must be another list than from_list_id")
            return nil
        }
        return .move(from: from, to: to)
    }

    private static func tags(_ given: BulkParameters, _ check: inout FieldCheck) -> [String]? {
        let tags = ContactTags.check(given.tags ?? [], "tags", &check)
        if given.tags?.isEmpty ?? true { check.add(.required("tags")) }
        return tags
    }

    private static func rename(_ given: BulkParameters, _ check: inout FieldCheck) -> BulkChange? {
        let from = required(given.from, "from", &check).flatMap { ContactTags.check($0, "from", &check) }
        let to = required(given.to, "to", &check).flatMap { ContactTags.check($0, "to", &check) }
        guard let from, let to else { return nil }
        if from == to { check.add("to", "invalid", "to must be another tag than from") }
        return .renameTag(from: from, to: to)
    }

    private static func key(_ given: BulkParameters, _ check: inout FieldCheck) -> String? {
        guard let key = required(given.key, "key", &check) else { return nil }
        guard AttributeKey.isValid(key) else {
            check.add("key", "invalid", "attribute names are letters, digits, _ . - and at most \(AttributeKey.longest) characters")
            return nil
        }
        return key
    }

    private static func attribute(_ given: BulkParameters, _ check: inout FieldCheck) -> BulkChange? {
        guard let key = key(given, &check), let value = required(given.value, "value", &check) else { return nil }
        guard value != .null else { return .removeAttribute(key: key) }
        AttributeCheck.check(value, at: "value", &check)
        return .setAttribute(key: key, value: value)
    }
}
