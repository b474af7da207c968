import FoundationEssentials
import Postgres

/// Which contacts a bulk operation is about.
package enum BulkSelection: Sendable, Equatable {
    case ids([UUID])
    /// Everything that matches a filter when the operation begins, but for the exceptions; of a saved filter as it was when the
    /// operation was asked for.
    case filter(PostgresJSON, excluding: [UUID], savedAs: UUID? = nil)
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
    /// The saved filter that it was taken from.
    var filterID: String?
    var excludedIDs: [UUID]?
    var tagged: [String]?
    var deletedBefore: Date?
    var operation: UUID?

    enum CodingKeys: String, CodingKey {
        case ids, filter, tagged, operation
        case filterID = "filter_id"
        case excludedIDs = "excluded_ids"
        case deletedBefore = "deleted_before"
    }

    init(_ selection: BulkSelection) throws {
        switch selection {
        case .ids(let ids): self.ids = ids.count
        case .filter(let filter, let excluded, let saved):
            self.filter = try filter.decode()
            filterID = saved?.uuidString.lowercased()
            excludedIDs = excluded.isEmpty ? nil : excluded
        case .tagged(let tags): tagged = tags
        case .deletedBefore(let date): deletedBefore = date
        case .changed(let operation): self.operation = operation
        }
    }

    /// The selection, unless it was one of ids.
    func selection() throws -> BulkSelection? {
        if let filter {
            let saved = filterID.flatMap(UUID.init(uuidString:))
            return .filter(try PostgresJSON(encoding: filter), excluding: excludedIDs ?? [], savedAs: saved)
        }
        if let tagged { return .tagged(tagged) }
        if let deletedBefore { return .deletedBefore(deletedBefore) }
        return operation.map { .changed(by: $0) }
    }
}
