import FoundationEssentials

/// A JSON document as text, bound as `jsonb` and read from `jsonb` or `json`.
package struct PostgresJSON: Sendable, Hashable {
    package var text: String

    /// Takes a document that is JSON already; the server checks it.
    package init(_ text: String) {
        self.text = text
    }

    /// Encodes a value, with sorted keys and dates in ISO 8601.
    package init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        text = String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Decodes the document, with dates in ISO 8601.
    package func decode<T: Decodable>(_: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(T.self, from: Data(text.utf8))
    }
}

extension PostgresJSON: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    /// The one version of the `jsonb` wire format.
    static let version: UInt8 = 1

    package static var postgresType: PostgresType { .jsonb }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: Self.version)
        buffer.append(text: text)
    }

    package static func decode(_ value: PostgresValue) -> PostgresJSON? {
        switch value.type {
        case PostgresType.jsonb.oid:
            guard value.bytes.first == version else { return nil }
            return String(validating: value.bytes[1...], as: UTF8.self).map(PostgresJSON.init)
        case TypeOID.json:
            return String(validating: value.bytes, as: UTF8.self).map(PostgresJSON.init)
        default:
            return nil
        }
    }
}

/// A JSON document as UTF-8, bound as `jsonb`; the server checks it.
package struct PostgresJSONBytes: Sendable, Hashable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension PostgresJSONBytes: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .jsonb }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: PostgresJSON.version)
        buffer.append(bytes)
    }

    package static func decode(_ value: PostgresValue) -> PostgresJSONBytes? {
        guard value.type == PostgresType.jsonb.oid, value.bytes.first == PostgresJSON.version else { return nil }
        return PostgresJSONBytes(Array(value.bytes[1...]))
    }
}
