import FoundationEssentials

/// Ids for contacts that are made together: version 7 of one time, ascending, so that an index of them only grows at its end.
///
/// RFC 9562 §6.2, method 1: a counter of 32 bits stands behind the time, then 42 random bits.
struct ContactIDs: Sendable {
    private let milliseconds: UInt64
    private var counter: UInt32 = 0
    private var random = SystemRandomNumberGenerator()

    init(at time: Date) {
        milliseconds = UInt64(max(0, time.timeIntervalSince1970 * 1000))
    }

    /// The next id.
    mutating func next() -> UUID {
        let high = milliseconds << 16 | 0x7000 | UInt64(counter >> 20)
        let low = 0x8000_0000_0000_0000 | UInt64(counter & 0xF_FFFF) << 42 | (random.next() as UInt64) >> 22
        counter &+= 1
        return UUIDv7.uuid(high: high, low: low)
    }
}
