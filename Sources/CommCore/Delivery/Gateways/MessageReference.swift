import FoundationEssentials

/// Names one of our messages to a provider, which gives it back in its reports.
///
/// Tenant, campaign and message in 64 letters, digits, `-` and `_` (what every provider takes as a tag). A message of no campaign has
/// zeros in its place.
///
/// It proves nothing: whose message a report is about is looked up in the delivery log.
package struct MessageReference: Sendable, Equatable {
    package let tenantID: UUID
    /// nil for a message that a request asked for.
    package let campaignID: UUID?
    package let messageID: UUID

    package init(tenantID: UUID, campaignID: UUID?, messageID: UUID) {
        self.tenantID = tenantID
        self.campaignID = campaignID
        self.messageID = messageID
    }

    /// Reads a reference; nil for any other text.
    package init?(_ text: String) {
        guard text.utf8.count == 64, let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == 48 else { return nil }
        func id(_ start: Int) -> UUID {
            var value: uuid_t = UUID().uuid
            withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes[start..<start + 16]) }
            return UUID(uuid: value)
        }
        let campaign = id(16)
        self.init(tenantID: id(0), campaignID: campaign == Self.none ? nil : campaign, messageID: id(32))
    }

    private static let none = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// The text that travels.
    package var text: String {
        let bytes = [tenantID, campaignID ?? Self.none, messageID].flatMap { id in withUnsafeBytes(of: id.uuid) { Array($0) } }
        return String(decoding: Base64URL.encode(bytes), as: UTF8.self)
    }
}
