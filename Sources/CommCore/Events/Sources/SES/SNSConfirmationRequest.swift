import FoundationEssentials

/// A request for confirmation, as comm-api appends it.
package struct SNSConfirmationRequest: Codable, Sendable {
    /// Inbox name.
    package static let source = "sns_confirmation"

    let topic: String
    let subscribeURL: String

    package init(topic: String, subscribeURL: String) {
        self.topic = topic
        self.subscribeURL = subscribeURL
    }

    /// Reads what ``json()`` wrote.
    init(json: String) throws {
        self = try JSONDecoder().decode(SNSConfirmationRequest.self, from: Data(json.utf8))
    }

    /// The inbox payload.
    package func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }
}
