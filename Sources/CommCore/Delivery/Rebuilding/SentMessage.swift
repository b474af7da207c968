import FoundationEssentials

/// One recipient's message, byte for byte as it was or will be handed over.
package struct SentMessage: Sendable {
    package let id: UUID
    package let contactID: UUID?
    package let recipient: String
    /// `queued`, or what became of it, as in the delivery log.
    package let outcome: String
    package let reason: String?
    package let createdAt: Date
    /// When it left the queue.
    package let occurredAt: Date?
    package let artifact: MessageArtifact
    /// The From header.
    package let from: String
    package let headers: [MessageHeader]
    package let content: RenderedContent
}

/// The body of a message for a browser.
package enum WebVersion: Sendable, Equatable {
    case html([UInt8])
    /// Of a mail without HTML.
    case text([UInt8])
    /// The contact has been deleted or erased since.
    case gone
    /// There is no such message.
    case unknown
}
