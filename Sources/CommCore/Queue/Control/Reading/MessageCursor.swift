import FoundationEssentials

/// A place in a list of messages: after this one of this request (or campaign), when the newest come first.
package struct MessageCursor: Sendable, Hashable {
    /// The request or the campaign.
    package let origin: UUID
    package let id: UUID

    package init(origin: UUID, id: UUID) {
        (self.origin, self.id) = (origin, id)
    }

    /// Reads what ``text`` wrote; nil when it is something else.
    package init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let origin = UUID(uuidString: String(parts[0])), let id = UUID(uuidString: String(parts[1])) else {
            return nil
        }
        self.init(origin: origin, id: id)
    }

    /// As clients hand it back.
    package var text: String { "\(origin.uuidString.lowercased())_\(id.uuidString.lowercased())" }
}
