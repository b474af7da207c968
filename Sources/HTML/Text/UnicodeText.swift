/// The scalars of a buffer of well-formed UTF-8.
struct UnicodeText: Sequence, IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    @inline(__always)
    mutating func next() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let first = UInt32(bytes[index])
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard length > 1, index + length <= bytes.count else {
            index += 1
            return Unicode.Scalar(UInt8(first))
        }
        var value = first & (0xFF >> UInt32(length + 1))
        for place in index + 1..<index + length { value = value << 6 | UInt32(bytes[place] & 0x3F) }
        index += length
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
