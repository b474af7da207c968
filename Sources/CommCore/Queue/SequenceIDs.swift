import FoundationEssentials
import Postgres

/// The bounds of the message ids of a campaign.
///
/// An id is made by the SQL function `comm_message_id`: 48 bits of milliseconds (the campaign's start), 30 bits of sequence number, 44
/// random bits, in the layout of a UUIDv7; so a range of numbers is a range of ids.
package enum SequenceIDs {
    /// How many messages one campaign can have.
    static let capacity: Int64 = 1 << 30

    /// The smallest id that the message with this number can have.
    static func lower(milliseconds: Int64, sequence: Int64) -> UUID {
        make(milliseconds: milliseconds, sequence: sequence, random: 0)
    }

    /// The largest id that the message with this number can have.
    static func upper(milliseconds: Int64, sequence: Int64) -> UUID {
        make(milliseconds: milliseconds, sequence: sequence, random: (1 << 44) - 1)
    }

    /// The range of all ids of a campaign.
    package static func range(startedAt: Date) -> (first: UUID, last: UUID) {
        UUIDv7.bounds(of: startedAt)
    }

    /// The time that an id was made at, as an expression of SQL.
    static func time(of id: SQL) -> SQL {
        "to_timestamp(('x' || left(translate(\(sql: id)::text, '-', ''), 12))::bit(48)::bigint / 1000.0)"
    }

    static func milliseconds(of date: Date) -> Int64 {
        Int64((date.timeIntervalSince1970 * 1000).rounded(.down))
    }

    private static func make(milliseconds: Int64, sequence: Int64, random: UInt64) -> UUID {
        let high = UInt64(milliseconds) << 16 | 0x7000 | UInt64(sequence >> 18) & 0xFFF
        let low = 0x8000_0000_0000_0000 | (UInt64(sequence) & 0x3FFFF) << 44 | random
        return UUIDv7.uuid(high: high, low: low)
    }
}
