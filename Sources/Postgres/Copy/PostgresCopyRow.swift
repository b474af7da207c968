package import FoundationEssentials

/// The values of one row of a COPY, written one after the other.
///
/// The type written must be the column's own type.
package struct PostgresCopyRow {
    var buffer = PostgresBuffer()
    var count = 0

    /// Writes NULL.
    package mutating func writeNull() {
        count += 1
        buffer.append(integer: Int32(-1))
    }

    /// Writes a `uuid`.
    package mutating func write(_ value: UUID) {
        counted(16)
        withUnsafeBytes(of: value.uuid) { buffer.append($0) }
    }

    /// Writes a `text` or `varchar`.
    package mutating func write(_ value: String) {
        counted(value.utf8.count)
        buffer.append(text: value)
    }

    /// Writes a `text` or `varchar` from its UTF-8, which the server checks.
    package mutating func write(utf8 value: [UInt8]) {
        value.withUnsafeBytes { write(utf8: $0) }
    }

    /// Writes a `text` or `varchar` from its UTF-8, which the server checks.
    package mutating func write(utf8 value: UnsafeRawBufferPointer) {
        counted(value.count)
        let start = buffer.count
        buffer.append(value)
        buffer.refuseNUL(since: start)
    }

    /// Writes a `bytea`.
    package mutating func write(bytes value: [UInt8]) {
        value.withUnsafeBytes { write(bytes: $0) }
    }

    /// Writes a `bytea`.
    package mutating func write(bytes value: UnsafeRawBufferPointer) {
        counted(value.count)
        buffer.append(value)
    }

    /// Writes a `jsonb` from the document's UTF-8, which the server checks.
    package mutating func writeJSONB(_ document: [UInt8]) {
        document.withUnsafeBytes { writeJSONB($0) }
    }

    /// Writes a `jsonb` from the document's UTF-8, which the server checks.
    package mutating func writeJSONB(_ document: UnsafeRawBufferPointer) {
        counted(document.count + 1)
        buffer.append(integer: PostgresJSON.version)
        buffer.append(document)
    }

    /// Writes a `bigint`.
    package mutating func write(_ value: Int) {
        counted(8)
        buffer.append(integer: Int64(value))
    }

    /// Writes an `integer`.
    package mutating func write(_ value: Int32) {
        counted(4)
        buffer.append(integer: value)
    }

    /// Writes a `smallint`.
    package mutating func write(_ value: Int16) {
        counted(2)
        buffer.append(integer: value)
    }

    /// Writes a `boolean`.
    package mutating func write(_ value: Bool) {
        counted(1)
        buffer.append(integer: UInt8(value ? 1 : 0))
    }

    /// Writes a `timestamptz`.
    package mutating func write(_ value: Date) {
        counted(8)
        value.encode(into: &buffer)
    }

    /// Writes any value that can be bound, arrays among them.
    package mutating func write<Value: PostgresEncodable>(value: Value?) {
        guard let value else { return writeNull() }
        count += 1
        buffer.appendCounted { value.encode(into: &$0) }
    }

    private mutating func counted(_ length: Int) {
        count += 1
        buffer.append(integer: Int32(truncatingIfNeeded: length))
    }
}
