import Glibc

/// Bytes under construction in the wire's binary format (big-endian).
package struct PostgresBuffer: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    /// Why the values cannot be sent, if one cannot; checked before anything goes out.
    package private(set) var invalid: String?

    package init() {}

    /// Appends an integer in network order.
    @inline(__always)
    package mutating func append<I: FixedWidthInteger & Sendable>(integer value: I) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    @inline(__always)
    package mutating func append(_ raw: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: raw)
    }

    /// Appends bytes as they are.
    package mutating func append(_ array: [UInt8]) {
        bytes.append(contentsOf: array)
    }

    /// Appends the UTF-8 of a text.
    ///
    /// PostgreSQL cannot store U+0000, so that marks the buffer as invalid.
    package mutating func append(text: some StringProtocol & Sendable) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        refuseNUL(since: start)
    }

    /// Marks the buffer as invalid if a zero byte was written at or after an offset.
    mutating func refuseNUL(since start: Int) {
        let found = bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, raw.count > start else { return false }
            return memchr(base + start, 0, raw.count - start) != nil
        }
        if found { refuse("text contains a NUL character") }
    }

    /// Marks the buffer as one that must not be sent.
    package mutating func refuse(_ reason: String) {
        if invalid == nil { invalid = reason }
    }

    /// Appends a four-byte length and then what `body` writes.
    @inline(__always)
    package mutating func appendCounted(_ body: (inout PostgresBuffer) -> Void) {
        let start = bytes.count
        append(integer: Int32(0))
        body(&self)
        patch(Int32(truncatingIfNeeded: bytes.count - start - 4), at: start)
    }

    /// Overwrites an integer written earlier.
    mutating func patch(_ value: Int32, at offset: Int) {
        withUnsafeBytes(of: value.bigEndian) { raw in
            for index in 0..<4 { bytes[offset + index] = raw[index] }
        }
    }

    /// Forgets the content and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        invalid = nil
    }

    /// Makes room ahead of many appends.
    mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// The byte count so far.
    var count: Int { bytes.count }
}
