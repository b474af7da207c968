import FoundationEssentials
import Postgres

/// The filter of a selection as a condition on contacts.
enum BulkFilter {
    /// The name under which clients send it.
    static let field = "selection.filter"

    /// The condition on a contact under the alias `c`; problems of the filter are those of the request.
    static func condition(_ filter: PostgresJSON, tenantID: UUID, now: Date) throws -> SQL {
        do {
            return try RecipientFilter(json: filter.decode(AttributeValue.self), path: field).condition(tenantID: tenantID, now: now)
        } catch let error as SegmentError {
            throw BulkError.invalid(error.problems)
        }
    }
}
