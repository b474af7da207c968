import FoundationEssentials

/// The fact "a gateway refused this message because of its recipient; why is in the delivery log": one inbox row, written in the
/// transaction that wrote the log.
package struct RefusedRecipient: Codable, Sendable, Equatable {
    package static let source = "refusal"

    let tenantID: UUID
    let messageID: UUID

    init(json: String) throws {
        self = try JSONDecoder().decode(RefusedRecipient.self, from: Data(json.utf8))
    }
}
