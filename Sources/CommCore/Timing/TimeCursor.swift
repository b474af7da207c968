import FoundationEssentials
import Postgres

/// A place in a list that is ordered by time and then by id: newest first, next page by what comes before it.
package struct TimeCursor: Sendable, Hashable {
    /// Since 1970; exact, where a `Date` is not.
    package let microseconds: Int64
    package let id: UUID

    package init(microseconds: Int64, id: UUID) {
        self.microseconds = microseconds
        self.id = id
    }

    /// Reads what ``text`` wrote; nil when it is something else.
    package init?(_ text: String) {
        let parts = text.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]), Self.sane.contains(number), let id = UUID(uuidString: String(parts[1])) else {
            return nil
        }
        self.init(microseconds: number, id: id)
    }

    /// As clients hand it back.
    package var text: String { "\(microseconds)_\(id.uuidString.lowercased())" }

    /// The years 1970 to 9999, which the database can hold.
    private static let sane: ClosedRange<Int64> = 0...253_402_300_799_000_000

    /// The condition that a row comes after this place when the newest are first.
    package func precedes(time: SQL, id column: SQL) -> SQL {
        """
        (\(sql: time), \(sql: column)) < ('epoch'::timestamptz + \(microseconds)::bigint * interval '1 microsecond', \(id)::uuid)
        """
    }

    /// The expression for ``microseconds`` of a column.
    package static func microseconds(of column: SQL) -> SQL {
        "(extract(epoch FROM \(sql: column)) * 1000000)::bigint"
    }
}
