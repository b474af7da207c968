/// Rows in PostgreSQL's binary COPY format (PostgreSQL manual, COPY, "Binary Format"), encoded without a `String` for a value.
struct ImportRowBuffer: Sendable {
    /// What opens the stream: signature, no flags, no extension.
    static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    /// What ends it.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    mutating func append(raw: [UInt8]) {
        bytes.append(contentsOf: raw)
    }

    mutating func beginRow(columns: Int16) {
        append(integer: columns)
    }

    mutating func appendNull() {
        append(integer: Int32(-1))
    }

    mutating func append(bigint value: Int) {
        append(integer: Int32(8))
        append(integer: Int64(value))
    }

    mutating func append(text: UnsafeBufferPointer<UInt8>) {
        append(integer: Int32(text.count))
        bytes.append(contentsOf: text)
    }

    /// Appends a value whose length is known only when it has been written.
    mutating func appendCounted<Failure: Error>(_ write: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) {
        let place = bytes.count
        append(integer: Int32(0))
        try write(&bytes)
        let length = UInt32(bytes.count - place - 4)
        for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index)) }
    }

    /// Takes back what was written since the mark, a former `bytes.count`.
    mutating func rollBack(to mark: Int) {
        bytes.removeLast(bytes.count - mark)
    }

    /// Takes what was written and keeps the memory.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func append(integer value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
