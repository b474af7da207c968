/// Numbers for names, so that comparing them costs nothing: equal names have equal numbers.
struct NameTable: Sendable {
    private struct Entry {
        let hash: UInt64
        let range: Range<Int32>
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Numbers plus one by hash; 0 for a free slot.
    ///
    /// The size is a power of two.
    private var slots: [Int32]

    /// An empty table.
    static let empty = NameTable()

    private init() {
        slots = Array(repeating: 0, count: 128)
    }

    /// How many names there are; their numbers begin with 0.
    var count: Int { entries.count }

    /// The number of a name, which is remembered if it is new.
    mutating func number(_ source: SourceBytes, _ range: Range<Int>, lowered: Bool) -> Int32 {
        let hash = Self.hash(source, range, lowered: lowered)
        let slot = find(hash, source, range, lowered)
        if slots[slot] > 0 { return slots[slot] - 1 }
        let start = Int32(bytes.count)
        for index in range { bytes.append(lowered ? SourceBytes.lowered(source[index]) : source[index]) }
        entries.append(Entry(hash: hash, range: start..<Int32(bytes.count)))
        slots[slot] = Int32(entries.count)
        if entries.count * 2 > slots.count { grow() }
        return Int32(entries.count - 1)
    }

    /// The number of a name; -1 when it is not in the table.
    func known(_ source: SourceBytes, _ range: Range<Int>, lowered: Bool) -> Int32 {
        slots[find(Self.hash(source, range, lowered: lowered), source, range, lowered)] - 1
    }

    /// The bytes of a name.
    func name(_ number: Int32) -> ArraySlice<UInt8> {
        let range = entries[Int(number)].range
        return bytes[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    private func find(_ hash: UInt64, _ source: SourceBytes, _ range: Range<Int>, _ lowered: Bool) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] > 0 {
            let entry = entries[Int(slots[slot] - 1)]
            if entry.hash == hash, isEqual(entry.range, source, range, lowered) { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private func isEqual(_ known: Range<Int32>, _ source: SourceBytes, _ range: Range<Int>, _ lowered: Bool) -> Bool {
        guard known.count == range.count else { return false }
        let start = Int(known.lowerBound)
        for offset in 0..<range.count {
            let byte = source[range.lowerBound + offset]
            if bytes[start + offset] != (lowered ? SourceBytes.lowered(byte) : byte) { return false }
        }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        for (number, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] > 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number + 1)
        }
    }

    /// Differs from run to run, so that no source can be made whose names all meet in one slot.
    private static let seed = UInt64.random(in: .min ... .max)

    private static func hash(_ source: SourceBytes, _ range: Range<Int>, lowered: Bool) -> UInt64 {
        var hash = seed
        for index in range {
            let byte = source[index]
            hash = (hash ^ UInt64(lowered ? SourceBytes.lowered(byte) : byte)) &* 0x100_0000_01B3
            hash ^= hash >> 29
        }
        return hash ^ hash >> 32
    }
}
