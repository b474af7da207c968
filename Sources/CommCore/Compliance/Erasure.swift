import FoundationEssentials
import Postgres

/// The erasure of a person: a job first, then the certificate that it was done.
///
/// It does not say who it was.
package struct Erasure: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case queued, running, done
    }

    package let id: UUID
    package let state: State
    /// HMAC-SHA256 of the address: whoever has the address can have it proved that it was erased.
    package let mark: String
    package let requestedBy: String
    package let requestedAt: Date
    package let finishedAt: Date?
    /// How many rows of what were erased.
    package let erased: [String: Int]

    static let columns: SQL = "id, state, mark, requested_by, requested_at, finished_at, erased"

    init(row: PostgresRow) throws {
        id = try row.get("id")
        state = State(rawValue: try row.get("state")) ?? .queued
        mark = try row.get("mark")
        requestedBy = try row.get("requested_by")
        requestedAt = try row.get("requested_at")
        finishedAt = try row.get("finished_at")
        erased = try (row.get("erased") as PostgresJSON).decode()
    }
}
