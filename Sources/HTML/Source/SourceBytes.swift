#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The bytes of a source without the cost of an array's reference counting; every access is checked against the bounds.
///
/// It must not outlive the closure that it was handed to.
struct SourceBytes {
    private let base: UnsafePointer<UInt8>?
    let count: Int

    private init(_ buffer: UnsafeBufferPointer<UInt8>) {
        self.base = buffer.baseAddress
        self.count = buffer.count
    }

    /// Calls the body with the bytes of an array.
    @inline(__always)
    static func with<Result>(_ source: [UInt8], _ body: (SourceBytes) -> Result) -> Result {
        source.withUnsafeBufferPointer { body(SourceBytes($0)) }
    }

    @inline(__always)
    subscript(index: Int) -> UInt8 {
        guard let base, index >= 0, index < count else { preconditionFailure("outside of the source") }
        return base[index]
    }

    /// The first place of a byte in a range; the end of the range when it is not there.
    @inline(__always)
    func find(_ byte: UInt8, from start: Int, to end: Int) -> Int {
        guard let base, start >= 0, start < end, end <= count else { return end }
        guard let found = memchr(base + start, Int32(byte), end - start) else { return end }
        return UnsafeRawPointer(base).distance(to: found)
    }

    /// Whether two ranges hold the same bytes.
    func areEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count where self[left.lowerBound + offset] != self[right.lowerBound + offset] { return false }
        return true
    }

    /// Whether a range is this word in any letter case; the word is in lower case.
    @inline(__always)
    func isWord(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        let letters = word.utf8Start
        for offset in 0..<range.count where Self.lowered(self[range.lowerBound + offset]) != letters[offset] { return false }
        return true
    }

    /// A letter in lower case; anything else as it is.
    @inline(__always)
    static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// White space of HTML and CSS.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D || byte == 0x0C
    }

    /// A letter of ASCII.
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26
    }
}
