/// A value of which one-dimensional arrays can be bound and read.
package protocol PostgresArrayElement: Sendable {
    /// The type of the array itself.
    static var postgresArrayType: PostgresType { get }
    /// Writes the whole array in binary format.
    static func encode(array: [Self], into buffer: inout PostgresBuffer)
    /// Reads the whole array.
    static func decode(array value: PostgresValue) -> [Self]?
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func encode(into buffer: inout PostgresBuffer) {
        Element.encode(array: self, into: &buffer)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    package static func decode(_ value: PostgresValue) -> [Element]? {
        Element.decode(array: value)
    }
}

extension PostgresArrayElement where Self: PostgresCodable {
    package static var postgresArrayType: PostgresType {
        PostgresType(oid: postgresType.arrayOID, arrayOID: 0)
    }

    package static func encode(array: [Self], into buffer: inout PostgresBuffer) {
        ArrayFormat.writeHeader(count: array.count, hasNull: false, element: postgresType.oid, into: &buffer)
        for element in array { buffer.appendCounted { element.encode(into: &$0) } }
    }

    package static func decode(array value: PostgresValue) -> [Self]? {
        ArrayFormat.read(value) { $0.flatMap(Self.decode) }
    }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresCodable {
    package static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }

    package static func encode(array: [Wrapped?], into buffer: inout PostgresBuffer) {
        let hasNull = array.contains { $0 == nil }
        ArrayFormat.writeHeader(count: array.count, hasNull: hasNull, element: Wrapped.postgresType.oid, into: &buffer)
        for element in array {
            if let element {
                buffer.appendCounted { element.encode(into: &$0) }
            } else {
                buffer.append(integer: Int32(-1))
            }
        }
    }

    package static func decode(array value: PostgresValue) -> [Wrapped?]? {
        ArrayFormat.read(value) { element -> Wrapped?? in
            guard let element else { return .some(nil) }
            return Wrapped.decode(element).map(Optional.some)
        }
    }
}

/// The binary format of one-dimensional arrays (`array_recv` in the server's `arrayfuncs.c`).
enum ArrayFormat {
    static func writeHeader(count: Int, hasNull: Bool, element: UInt32, into buffer: inout PostgresBuffer) {
        buffer.append(integer: Int32(count == 0 ? 0 : 1))
        buffer.append(integer: Int32(hasNull ? 1 : 0))
        buffer.append(integer: element)
        guard count > 0 else { return }
        buffer.append(integer: Int32(truncatingIfNeeded: count))
        buffer.append(integer: Int32(1))
    }

    /// Reads all elements; `decode` gets nil for NULL and answers nil if the element does not fit.
    static func read<Element>(_ value: PostgresValue, decode: (PostgresValue?) -> Element?) -> [Element]? {
        var reader = ByteReader(value.bytes)
        guard let dimensions = reader.int32(), reader.int32() != nil, let type = reader.int32() else { return nil }
        guard dimensions != 0 else { return [] }
        guard dimensions == 1, let count = reader.int32(), count >= 0, reader.int32() != nil else { return nil }
        guard Int(count) <= value.bytes.count / 4 else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let length = reader.int32() else { return nil }
            var element: PostgresValue?
            if length >= 0 {
                guard let bytes = reader.take(Int(length)) else { return nil }
                element = PostgresValue(type: UInt32(bitPattern: type), bytes: bytes)
            }
            guard let decoded = decode(element) else { return nil }
            elements.append(decoded)
        }
        return elements
    }
}

/// Reads big-endian integers and slices, and never past the end.
struct ByteReader {
    private var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
        return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }

    mutating func int32() -> Int32? {
        take(4).map { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
    }

    mutating func int16() -> Int16? {
        take(2).map { Int16(bigEndian: $0.loadUnaligned(as: Int16.self)) }
    }
}
