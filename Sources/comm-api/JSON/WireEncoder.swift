import CommCore
import FoundationEssentials

/// How answers are written: fields in the order in which they are declared, in snake_case; times in ISO 8601 UTC with milliseconds;
/// ids in lower case.
enum WireEncoder {
    /// Names that the contract writes in camel case.
    private static let camelCase: Set<String> = [
        "addedCount", "requestedCount", "validCount", "errorSamples", "totalRecipients", "latestArtifact", "latestSnapshot", "hasNext",
        "hasPrev", "totalPages", "analyticsDelivered", "retryAfter", "dailyBreakdown", "recentActivity", "toAddress", "pageSize",
        "totalErrors",
    ]

    /// Ends the coding key of a name that is in camel case in one answer and in snake_case in another.
    private static let contractSuffix = "CamelCase"

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let node = WireNode()
        try WireValueEncoder(node: node, path: []).write(value)
        var bytes: [UInt8] = []
        node.write(to: &bytes)
        return bytes
    }

    /// `tenantID` is written `tenant_id`, `listIDs` `list_ids`, `compiledHTMLSize` `compiled_html_size`.
    static func wireName(_ name: String) -> String {
        guard !camelCase.contains(name) else { return name }
        if name.hasSuffix(contractSuffix) { return String(name.dropLast(contractSuffix.count)) }
        let letters = Array(name)
        var result = ""
        for (index, letter) in letters.enumerated() {
            if letter.isUppercase, index > 0, beginsWord(at: index, of: letters) { result += "_" }
            result += letter.lowercased()
        }
        return result
    }

    /// After a small letter a capital begins a word; inside an acronym only its last one does, unless a plural s follows.
    private static func beginsWord(at index: Int, of letters: [Character]) -> Bool {
        guard letters[index - 1].isUppercase else { return true }
        let rest = letters[(index + 1)...]
        guard let next = rest.first, next.isLowercase else { return false }
        return next != "s" || rest.count > 1
    }
}

/// A field that is written as null when it has no value, where leaving it out would surprise clients of the contract.
@propertyWrapper
struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
