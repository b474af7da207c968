import FoundationEssentials

/// The ids that the messages of a campaign can have: version 7 ids whose time part is the campaign's start (`comm_message_id`).
package struct MessageIDRange: Sendable, Equatable {
    package let first: UUID
    package let last: UUID
    /// The same range of the delivery log's partition key.
    package let from: Date
    package let to: Date

    /// One millisecond wider on both sides than the start itself, so that it does not matter how its microseconds were rounded.
    package init(startedAt: Date) {
        let start = UInt64(max(1000, (startedAt.timeIntervalSince1970 * 1_000_000).rounded())) / 1000
        first = Self.id(milliseconds: start - 1, rest: (0x70, 0x00, 0x80, 0x00))
        last = Self.id(milliseconds: start + 1, rest: (0x7F, 0xFF, 0xBF, 0xFF))
        from = Date(timeIntervalSince1970: Double(start - 1) / 1000)
        to = Date(timeIntervalSince1970: Double(start + 1) / 1000)
    }

    /// Bytes 6 to 9 hold version, variant and the high part of the sequence; what follows is filled with the last one's bits.
    private static func id(milliseconds: UInt64, rest: (UInt8, UInt8, UInt8, UInt8)) -> UUID {
        let time = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) }
        let fill = rest.3
        return UUID(
            uuid: (
                time[0], time[1], time[2], time[3], time[4], time[5], rest.0, rest.1,
                rest.2, rest.3, fill, fill, fill, fill, fill, fill
            )
        )
    }
}
