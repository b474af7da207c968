/// What a client may set for a message besides its content.
package struct MessageOptions: Sendable, Equatable, Codable {
    /// The address that a mail comes from; nil for the deployment's.
    package var fromAddress: String?
    package var fromName: String?
    package var replyTo: String?
    /// Further header fields of a mail, in their order.
    package var headers: [MessageHeader]?
    package var attachments: [MessageAttachment]?
    /// What an app is given besides title and body (FCM: values are texts).
    package var pushData: [String: String]?

    package init(
        fromAddress: String? = nil,
        fromName: String? = nil,
        replyTo: String? = nil,
        headers: [MessageHeader]? = nil,
        attachments: [MessageAttachment]? = nil,
        pushData: [String: String]? = nil
    ) {
        self.fromAddress = fromAddress
        self.fromName = fromName
        self.replyTo = replyTo
        self.headers = headers
        self.attachments = attachments
        self.pushData = pushData
    }
}

/// A file that comes with a mail.
package struct MessageAttachment: Sendable, Equatable, Codable {
    package var filename: String
    /// Media type (RFC 6838).
    package var contentType: String
    /// Base64 (RFC 4648 §4).
    package var content: String
    /// Content-ID of a part that the HTML shows (RFC 2392), without angle brackets.
    package var contentID: String?

    package init(filename: String, contentType: String, content: String, contentID: String? = nil) {
        self.filename = filename
        self.contentType = contentType
        self.content = content
        self.contentID = contentID
    }
}
