/// Any JSON value, as it was received or as a document of the database holds it.
enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The digits as they were written, so that nothing is lost before somebody asks for a type.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The word for this kind of value in an error message.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let digits):
            if let integer = Int64(digits) { try container.encode(integer) } else { try container.encode(Double(digits) ?? 0) }
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}
