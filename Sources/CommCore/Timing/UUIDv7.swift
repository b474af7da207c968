import FoundationEssentials

/// Time-ordered identifiers (RFC 9562, version 7): made by the application, known before the insert, friendly to indexes.
package enum UUIDv7 {
    /// Makes an id of 48 bits of Unix milliseconds and 74 random bits.
    package static func make(at time: Date, using random: inout some RandomNumberGenerator) -> UUID {
        let milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
        let high = (milliseconds << 16) | 0x7000 | UInt64(random.next() as UInt64) >> 52
        let low = 0x8000_0000_0000_0000 | (random.next() as UInt64) >> 2
        return uuid(high: high, low: low)
    }

    /// The smallest and the largest id that can be made in the millisecond of a time.
    static func bounds(of time: Date) -> (first: UUID, last: UUID) {
        let milliseconds = UInt64(max(0, (time.timeIntervalSince1970 * 1000).rounded(.down)))
        return (
            uuid(high: milliseconds << 16 | 0x7000, low: 0x8000_0000_0000_0000),
            uuid(high: milliseconds << 16 | 0x7FFF, low: 0xBFFF_FFFF_FFFF_FFFF)
        )
    }

    /// Makes an id with the system's random numbers.
    package static func make(at time: Date) -> UUID {
        var random = SystemRandomNumberGenerator()
        return make(at: time, using: &random)
    }

    /// The time part of an id, exact to the millisecond; nil when it is not a version 7 id.
    package static func time(of id: UUID) -> Date? {
        let bytes = id.uuid
        guard bytes.6 >> 4 == 7 else { return nil }
        let high = [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Date(timeIntervalSince1970: Double(high) / 1000)
    }

    private static func uuid(high: UInt64, low: UInt64) -> UUID {
        func byte(_ value: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> (56 - 8 * index)) }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            )
        )
    }
}
