import CommCore
import FoundationEssentials

/// How answers are written: snake_case names, times in ISO 8601 UTC with milliseconds.
enum WireEncoder {
    /// Names that the contract writes in camel case.
    private static let camelCase: Set<String> = [
        "addedCount", "requestedCount", "validCount", "errorSamples", "totalRecipients", "latestArtifact", "latestSnapshot", "hasNext",
        "hasPrev", "totalPages", "pageSize", "htmlSize", "textLength", "subjectLength", "nodeCount", "linkCount", "imageCount",
        "mergeVariables", "analyticsDelivered",
    ]

    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(ISO8601.string(from: date))
        }
        encoder.keyEncodingStrategy = .custom { path in WireName(wireName(path[path.count - 1].stringValue)) }
        return try encoder.encode(value)
    }

    /// `listID` and `listId` are both written `list_id`.
    static func wireName(_ name: String) -> String {
        guard !camelCase.contains(name) else { return name }
        var result = ""
        var previousIsUpper = false
        for character in name {
            if character.isUppercase, !previousIsUpper, !result.isEmpty { result += "_" }
            result += character.lowercased()
            previousIsUpper = character.isUppercase
        }
        return result
    }
}

/// A field name that is already spelt as on the wire.
private struct WireName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// A field that is written as null when it has no value, where leaving it out would surprise clients of the contract.
@propertyWrapper
struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
    let wrappedValue: Value?

    init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
