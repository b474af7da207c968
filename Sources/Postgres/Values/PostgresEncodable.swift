/// A value that can be bound to a statement.
package protocol PostgresEncodable: Sendable {
    /// The type that the value is sent as.
    static var postgresType: PostgresType { get }
    /// Writes the value in the binary format of `postgresType`, without a length.
    func encode(into buffer: inout PostgresBuffer)
}

/// A value that can be read from a column.
package protocol PostgresDecodable: Sendable {
    /// Reads a value that is not NULL; nil if the column's type or bytes do not fit.
    static func decode(_ value: PostgresValue) -> Self?
}

/// Both ways.
package typealias PostgresCodable = PostgresDecodable & PostgresEncodable

/// One column of one row: bytes that are valid only while they are being decoded.
package struct PostgresValue {
    /// The type's object identifier.
    package var type: UInt32
    package var bytes: UnsafeRawBufferPointer

    /// Reads an integer of exactly the value's size.
    @inline(__always)
    package func integer<I: FixedWidthInteger>(_: I.Type) -> I? {
        guard bytes.count == MemoryLayout<I>.size else { return nil }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }
}

/// An enumeration or a typed identifier that is stored as its raw value: `enum Status: String, PostgresEnum`.
package protocol PostgresEnum: RawRepresentable, PostgresEncodable, PostgresDecodable, PostgresArrayElement
where RawValue: PostgresCodable {}

extension PostgresEnum {
    package static var postgresType: PostgresType { RawValue.postgresType }

    package func encode(into buffer: inout PostgresBuffer) {
        rawValue.encode(into: &buffer)
    }

    package static func decode(_ value: PostgresValue) -> Self? {
        RawValue.decode(value).flatMap(Self.init(rawValue:))
    }
}
