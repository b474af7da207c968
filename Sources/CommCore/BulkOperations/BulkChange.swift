import FoundationEssentials

/// A bulk operation's kind with what it needs to know, checked.
package enum BulkChange: Sendable, Equatable {
    case delete(reason: String)
    case restore
    /// Removes contacts that are in the recycle bin for good.
    case purge
    case addToList(UUID)
    case removeFromList(UUID)
    case move(from: UUID, to: UUID)
    case tag([String])
    case untag([String])
    /// Merges, where contacts have the other tag already.
    case renameTag(from: String, to: String)
    case setAttribute(key: String, value: AttributeValue)
    case removeAttribute(key: String)
    case suppress(reason: String, note: String?)
    /// Takes entries off the suppression list; never complaints and bounces, and what people asked for themselves only when told so.
    case unsuppress(includesUnsubscribed: Bool)
    case export(columns: [String])

    package var kind: BulkKind {
        switch self {
        case .delete: .delete
        case .restore: .restore
        case .purge: .purge
        case .addToList: .addToList
        case .removeFromList: .removeFromList
        case .move: .move
        case .tag: .tag
        case .untag: .untag
        case .renameTag: .renameTag
        case .setAttribute: .setAttribute
        case .removeAttribute: .removeAttribute
        case .suppress: .suppress
        case .unsuppress: .unsuppress
        case .export: .export
        }
    }

    /// The lists that must be the tenant's, each with the name of its field.
    var lists: [(field: String, id: UUID)] {
        switch self {
        case .addToList(let list), .removeFromList(let list): [("list_id", list)]
        case .move(let from, let to): [("from_list_id", from), ("to_list_id", to)]
        default: []
        }
    }

    /// What is stored, and read back by `init(kind:parameters:_:)`.
    var parameters: BulkParameters {
        var parameters = BulkParameters()
        switch self {
        case .delete(let reason): parameters.reason = reason
        case .restore, .purge: break
        case .addToList(let list), .removeFromList(let list): parameters.listID = list
        case .move(let from, let to): (parameters.fromListID, parameters.toListID) = (from, to)
        case .tag(let tags), .untag(let tags): parameters.tags = tags
        case .renameTag(let from, let to): (parameters.from, parameters.to) = (from, to)
        case .setAttribute(let key, let value): (parameters.key, parameters.value) = (key, value)
        case .removeAttribute(let key): parameters.key = key
        case .suppress(let reason, let note): (parameters.reason, parameters.note) = (reason, note)
        case .unsuppress(let includesUnsubscribed): parameters.includeUnsubscribed = includesUnsubscribed
        case .export(let columns): parameters.columns = columns
        }
        return parameters
    }
}
