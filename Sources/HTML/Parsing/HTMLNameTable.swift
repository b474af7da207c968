/// Finds the number of a name by its bytes.
struct HTMLNameTable: Sendable {
    /// The one table.
    static let shared = HTMLNameTable()

    private static let size = 512
    private var keys: [UInt64] = Array(repeating: 0, count: size)
    private var names: [HTMLName] = Array(repeating: .other, count: size)

    private init() {
        for name in HTMLName.allCases where name != .other && name.text.utf8.count <= 8 {
            var key: UInt64 = 0
            for byte in name.text.utf8 { key = key << 8 | UInt64(byte) }
            var slot = Self.slot(key)
            while keys[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
            keys[slot] = key
            names[slot] = name
        }
    }

    private static func slot(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 55)
    }

    /// The number of the name in a range.
    func name(_ bytes: SourceBytes, _ range: Range<Int>) -> HTMLName {
        guard range.count <= 8 else {
            if bytes.isWord(range, "blockquote") { return .blockquote }
            if bytes.isWord(range, "figcaption") { return .figcaption }
            return bytes.isWord(range, "plaintext") ? .plaintext : .other
        }
        var key: UInt64 = 0
        for index in range { key = key << 8 | UInt64(SourceBytes.lowered(bytes[index])) }
        var slot = Self.slot(key)
        while keys[slot] != 0 {
            if keys[slot] == key { return names[slot] }
            slot = (slot + 1) & (Self.size - 1)
        }
        return .other
    }
}
