extension Int: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int8 }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: Int64(self))
    }

    package static func decode(_ value: PostgresValue) -> Int? {
        Int64.decode(value).map(Int.init(truncatingIfNeeded:))
    }
}

extension Int64: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int8 }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    package static func decode(_ value: PostgresValue) -> Int64? {
        switch value.type {
        case PostgresType.int8.oid: value.integer(Int64.self)
        case PostgresType.int4.oid: value.integer(Int32.self).map(Int64.init)
        case PostgresType.int2.oid: value.integer(Int16.self).map(Int64.init)
        case TypeOID.oid, TypeOID.xid: value.integer(UInt32.self).map(Int64.init)
        default: nil
        }
    }
}

extension Int32: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int4 }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    package static func decode(_ value: PostgresValue) -> Int32? {
        Int64.decode(value).flatMap(Int32.init(exactly:))
    }
}

extension Int16: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .int2 }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: self)
    }

    package static func decode(_ value: PostgresValue) -> Int16? {
        Int64.decode(value).flatMap(Int16.init(exactly:))
    }
}

extension Bool: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .bool }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: UInt8(self ? 1 : 0))
    }

    package static func decode(_ value: PostgresValue) -> Bool? {
        guard value.type == PostgresType.bool.oid else { return nil }
        return value.integer(UInt8.self).map { $0 != 0 }
    }
}
