/// The value of a contact's own attribute: any JSON within `ContactLimits`.
///
/// In a draft `null` takes the attribute away.
package enum AttributeValue: Sendable, Equatable {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case null
    case list([AttributeValue])
    case object([String: AttributeValue])
}

extension AttributeValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let values = try? container.decode([AttributeValue].self) {
            self = .list(values)
        } else {
            self = .object(try container.decode([String: AttributeValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .null: try container.encodeNil()
        case .list(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}
