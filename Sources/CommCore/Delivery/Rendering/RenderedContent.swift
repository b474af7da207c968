/// One recipient's mail, as bytes of UTF-8.
package struct RenderedContent: Sendable, Equatable {
    package let subject: [UInt8]
    /// Nil when the mail has a text part only.
    package let html: [UInt8]?
    package let text: [UInt8]
    /// For the `List-Unsubscribe` header.
    package let unsubscribeURL: [UInt8]
}

/// A part of a mail that can be written on its own.
package enum MessagePart: Sendable, CaseIterable {
    case subject
    case html
    case text
}

/// How a part is written.
package enum MessageForm: Sendable, CaseIterable {
    /// As it is mailed.
    case plain
    /// As the inside of a JSON string, without its quotes.
    case json
}
