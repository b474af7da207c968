extension MergeCondition: Codable {
    private enum CodingKeys: String, CodingKey {
        case isTrue = "true"
        case left
        case comparison = "is"
        case right
        case not
        case all
        case any
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let operand = try container.decodeIfPresent(Operand.self, forKey: .isTrue) {
            self = .isTrue(operand)
        } else if let comparison = try container.decodeIfPresent(Comparison.self, forKey: .comparison) {
            self = .compare(
                try container.decode(Operand.self, forKey: .left),
                comparison,
                try container.decode(Operand.self, forKey: .right)
            )
        } else if let condition = try container.decodeIfPresent(MergeCondition.self, forKey: .not) {
            self = .not(condition)
        } else if let conditions = try container.decodeIfPresent([MergeCondition].self, forKey: .all) {
            self = .all(conditions)
        } else {
            self = .any(try container.decode([MergeCondition].self, forKey: .any))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .isTrue(let operand): try container.encode(operand, forKey: .isTrue)
        case .compare(let left, let comparison, let right):
            try container.encode(left, forKey: .left)
            try container.encode(comparison, forKey: .comparison)
            try container.encode(right, forKey: .right)
        case .not(let condition): try container.encode(condition, forKey: .not)
        case .all(let conditions): try container.encode(conditions, forKey: .all)
        case .any(let conditions): try container.encode(conditions, forKey: .any)
        }
    }
}

extension MergeCondition.Operand: Codable {
    private enum CodingKeys: String, CodingKey {
        case source = "of"
        case text
        case number
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let source = try container.decodeIfPresent(MergeSource.self, forKey: .source) {
            self = .source(source)
        } else if let text = try container.decodeIfPresent(String.self, forKey: .text) {
            self = .text(text)
        } else {
            self = .number(try container.decode(String.self, forKey: .number))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .source(let source): try container.encode(source, forKey: .source)
        case .text(let text): try container.encode(text, forKey: .text)
        case .number(let digits): try container.encode(digits, forKey: .number)
        }
    }
}
