/// One piece of a compiled mail.
package enum Segment: Sendable, Equatable {
    /// Bytes that every recipient gets.
    case literal(String)
    /// A value of the recipient, by its place in the program's fields; the default stands for a missing or empty one.
    case field(Int, default: String, Escaping)
    /// The recipient's own address of a tracked link, by its place in the program's links.
    case trackedLink(Int)
    /// The recipient's own unsubscribe address.
    case unsubscribeURL(Escaping)
    /// The address of the recipient's mail in a browser.
    case webVersionURL(Escaping)
    /// The address of the recipient's preference centre.
    case preferencesURL(Escaping)
    /// The recipient's own address of the open pixel.
    case openPixelURL
    /// A value that filters change, or one of a loop.
    case value(MergeSource, [MergeFilter], Escaping)
    /// The first branch whose condition holds.
    case condition([Branch], otherwise: [Segment])
    /// The body for each element of a list, or what stands in for an empty one.
    case loop(MergeSource, body: [Segment], otherwise: [Segment])

    /// A part of a mail under a condition.
    package struct Branch: Codable, Sendable, Equatable {
        package var when: MergeCondition
        package var then: [Segment]

        package init(when: MergeCondition, then: [Segment]) {
            self.when = when
            self.then = then
        }
    }
}

extension Segment: Codable {
    private enum CodingKeys: String, CodingKey {
        case literal = "lit"
        case field
        case fallback = "default"
        case escaping = "as"
        case link
        case unsubscribe
        case webVersion = "view"
        case preferences
        case pixel
        case value
        case filters
        case branches = "if"
        case otherwise = "else"
        case loop = "each"
        case body = "do"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .literal) {
            self = .literal(text)
        } else if let index = try container.decodeIfPresent(Int.self, forKey: .field) {
            let fallback = try container.decodeIfPresent(String.self, forKey: .fallback) ?? ""
            self = .field(index, default: fallback, try container.decode(Escaping.self, forKey: .escaping))
        } else if let index = try container.decodeIfPresent(Int.self, forKey: .link) {
            self = .trackedLink(index)
        } else if let escaping = try container.decodeIfPresent(Escaping.self, forKey: .unsubscribe) {
            self = .unsubscribeURL(escaping)
        } else if let escaping = try container.decodeIfPresent(Escaping.self, forKey: .webVersion) {
            self = .webVersionURL(escaping)
        } else if let escaping = try container.decodeIfPresent(Escaping.self, forKey: .preferences) {
            self = .preferencesURL(escaping)
        } else if container.contains(.pixel) {
            self = .openPixelURL
        } else {
            self = try Self.logic(container)
        }
    }

    private static func logic(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Segment {
        let otherwise = try container.decodeIfPresent([Segment].self, forKey: .otherwise) ?? []
        if let source = try container.decodeIfPresent(MergeSource.self, forKey: .value) {
            let filters = try container.decodeIfPresent([MergeFilter].self, forKey: .filters) ?? []
            return .value(source, filters, try container.decode(Escaping.self, forKey: .escaping))
        }
        if let branches = try container.decodeIfPresent([Branch].self, forKey: .branches) {
            return .condition(branches, otherwise: otherwise)
        }
        if let source = try container.decodeIfPresent(MergeSource.self, forKey: .loop) {
            return .loop(source, body: try container.decode([Segment].self, forKey: .body), otherwise: otherwise)
        }
        throw DecodingError.dataCorrupted(.init(codingPath: container.codingPath, debugDescription: "not a segment"))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .literal(let text): try container.encode(text, forKey: .literal)
        case .field(let index, let fallback, let escaping):
            try container.encode(index, forKey: .field)
            if !fallback.isEmpty { try container.encode(fallback, forKey: .fallback) }
            try container.encode(escaping, forKey: .escaping)
        case .trackedLink(let index): try container.encode(index, forKey: .link)
        case .unsubscribeURL(let escaping): try container.encode(escaping, forKey: .unsubscribe)
        case .webVersionURL(let escaping): try container.encode(escaping, forKey: .webVersion)
        case .preferencesURL(let escaping): try container.encode(escaping, forKey: .preferences)
        case .openPixelURL: try container.encode(true, forKey: .pixel)
        case .value(let source, let filters, let escaping):
            try container.encode(source, forKey: .value)
            if !filters.isEmpty { try container.encode(filters, forKey: .filters) }
            try container.encode(escaping, forKey: .escaping)
        case .condition(let branches, let otherwise):
            try container.encode(branches, forKey: .branches)
            if !otherwise.isEmpty { try container.encode(otherwise, forKey: .otherwise) }
        case .loop(let source, let body, let otherwise):
            try container.encode(source, forKey: .loop)
            try container.encode(body, forKey: .body)
            if !otherwise.isEmpty { try container.encode(otherwise, forKey: .otherwise) }
        }
    }
}
