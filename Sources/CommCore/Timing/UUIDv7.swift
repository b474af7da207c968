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

    /// The id of these sixteen bytes, the first eight of them in `high`.
    static func uuid(high: UInt64, low: UInt64) -> UUID {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
