import FoundationEssentials

extension String: PostgresEncodable, PostgresDecodable, PostgresArrayElement {
    package static var postgresType: PostgresType { .text }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(text: self)
    }

    /// Reads text of any kind, enums, JSON, `uuid`, `numeric` and `inet` as the server would print them.
    package static func decode(_ value: PostgresValue) -> String? {
        switch value.type {
        case PostgresType.text.oid, TypeOID.varchar, TypeOID.bpchar, TypeOID.name, TypeOID.char, TypeOID.json, TypeOID.unknown:
            String(validating: value.bytes, as: UTF8.self)
        case PostgresType.jsonb.oid:
            PostgresJSON.decode(value)?.text
        case PostgresType.uuid.oid:
            UUID.decode(value).map { $0.uuidString.lowercased() }
        case TypeOID.numeric:
            NumericFormat.text(value.bytes)
        case TypeOID.inet, TypeOID.cidr:
            InetFormat.text(value)
        case TypeOID.void:
            ""
        case TypeOID.firstUserDefined...:
            String(validating: value.bytes, as: UTF8.self)
        default:
            nil
        }
    }
}

extension Substring: PostgresEncodable {
    package static var postgresType: PostgresType { .text }

    package func encode(into buffer: inout PostgresBuffer) {
        buffer.append(text: self)
    }
}
