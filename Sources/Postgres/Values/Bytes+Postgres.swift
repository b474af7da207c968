/// `[UInt8]` is `bytea`, not an array.
extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }

    package static func encode(array: [UInt8], into buffer: inout PostgresBuffer) {
        buffer.append(array)
    }

    package static func decode(array value: PostgresValue) -> [UInt8]? {
        guard value.type == PostgresType.bytea.oid else { return nil }
        return Array(value.bytes)
    }
}

/// `[[UInt8]]` is `bytea[]`.
extension Array: PostgresArrayElement where Element == UInt8 {}
