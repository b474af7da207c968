import FoundationEssentials
import Postgres

/// Which contacts a bulk operation is about.
package enum BulkSelection: Sendable, Equatable {
    case ids([UUID])
    /// Everything that matches a filter when the operation begins, but for the exceptions.
    case filter(PostgresJSON, excluding: [UUID])
    /// Everybody who has one of the tags.
    case tagged([String])
    /// What has been in the recycle bin since before that time.
    case deletedBefore(Date)
    /// What an operation changed: it is taken back.
    case changed(by: UUID)

    /// The most ids, or exceptions, that one request may name.
    package static let mostIDs = 10_000
}

/// A selection as it is kept: ids are in the operation's batches, here is only their number.
struct StoredSelection: Codable, Sendable, Equatable {
    var ids: Int?
    var filter: AttributeValue?
    var excludedIDs: [UUID]?
    var tagged: [String]?
    var deletedBefore: Date?
    var operation: UUID?

    enum CodingKeys: String, CodingKey {
        case ids, filter, tagged, operation
        case excludedIDs = "excluded_ids"
        case deletedBefore = "deleted_before"
    }

    init(_ selection: BulkSelection) throws {
        switch selection {
        case .ids(let ids): self.ids = ids.count
        case .filter(let filter, let excluded):
            self.filter = try filter.decode()
            excludedIDs = excluded.isEmpty ? nil : excluded
        case .tagged(let tags): tagged = tags
        case .deletedBefore(let date): deletedBefore = date
        case .changed(let operation): self.operation = operation
        }
    }

    /// The selection, unless it was one of ids.
    func selection() throws -> BulkSelection? {
        if let filter { return .filter(try PostgresJSON(encoding: filter), excluding: excludedIDs ?? []) }
        if let tagged { return .tagged(tagged) }
        if let deletedBefore { return .deletedBefore(deletedBefore) }
        return operation.map { .changed(by: $0) }
    }
}
