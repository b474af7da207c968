import Postgres

/// What a bulk operation does.
///
/// The words are those of the database and the API.
package enum BulkKind: String, Sendable, CaseIterable, PostgresEnum {
    case delete, restore, purge
    case addToList = "add_to_list"
    case removeFromList = "remove_from_list"
    case move
    case tag, untag
    case renameTag = "rename_tag"
    case setAttribute = "set_attribute"
    case removeAttribute = "remove_attribute"
    case suppress, unsuppress, export

    /// The kind of a word of the API; `copy` is another word for adding to a list.
    package init?(word: String) {
        guard let kind = BulkKind(rawValue: word == "copy" ? "add_to_list" : word) else { return nil }
        self = kind
    }

    /// Whether there is a way back.
    package var isUndoable: Bool { self != .purge && self != .export }

    /// Whether it concerns contacts in the recycle bin, not those outside of it.
    var concernsDeleted: Bool { self == .restore || self == .purge }
}

/// Where a bulk operation stands.
package enum BulkState: String, Sendable, CaseIterable, PostgresEnum {
    case queued, running, completed, cancelled, failed

    /// Nothing changes it any more.
    package var isFinal: Bool { self != .queued && self != .running }
}
