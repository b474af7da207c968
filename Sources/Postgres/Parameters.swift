/// The values bound to a statement, encoded one after the other.
struct Parameters: Sendable {
    struct Entry: Sendable {
        /// Where the value begins; nil for NULL.
        var offset: Int?
        var length: Int32
        /// 0 lets the server infer the type.
        var type: UInt32
        var isBinary: Bool
    }

    private(set) var buffer = PostgresBuffer()
    private(set) var entries: [Entry] = []

    var types: [UInt32] { entries.map(\.type) }

    mutating func append<Value: PostgresEncodable>(_ value: Value?) {
        let type = Value.postgresType
        var entry = Entry(offset: nil, length: 0, type: type.isAnnounced ? type.oid : 0, isBinary: type.isAnnounced)
        if let value {
            let start = buffer.count
            value.encode(into: &buffer)
            entry.offset = start
            entry.length = Int32(truncatingIfNeeded: buffer.count - start)
            // libpq takes a value in text format up to its terminator.
            if !entry.isBinary { buffer.append(integer: UInt8(0)) }
        }
        entries.append(entry)
    }

    mutating func append(_ other: Parameters) {
        let shift = buffer.count
        buffer.append(other.buffer.bytes)
        if let reason = other.buffer.invalid { buffer.refuse(reason) }
        for var entry in other.entries {
            entry.offset = entry.offset.map { $0 + shift }
            entries.append(entry)
        }
    }

    /// Calls `body` with the arrays that libpq wants.
    func withPointers<R>(
        _ body: (_ count: Int32, _ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) throws -> R
    ) throws -> R {
        if let reason = buffer.invalid { throw PostgresError(.invalidInput, reason) }
        let lengths = entries.map(\.length)
        let formats = entries.map { Int32($0.isBinary ? 1 : 0) }
        return try buffer.bytes.withUnsafeBytes { raw in
            // An empty value needs a pointer too: a null pointer would mean NULL.
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            return try withUnsafePointer(to: CChar(0)) { empty in
                let values = entries.map { entry -> UnsafePointer<CChar>? in
                    guard let offset = entry.offset else { return nil }
                    return base.map { $0 + offset } ?? empty
                }
                return try body(Int32(entries.count), values, lengths, formats)
            }
        }
    }
}
