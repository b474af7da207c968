import CommCore

extension AttributeValue {
    /// The value as it was received; its size is checked with the contact.
    init(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .boolean(flag)
        case .number(let digits): self = .number(Double(digits) ?? 0)
        case .null: self = .null
        case .array(let values): self = .list(values.map(AttributeValue.init))
        case .object(let members): self = .object(members.mapValues(AttributeValue.init))
        }
    }
}
