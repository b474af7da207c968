import FoundationEssentials
import MIME

/// Writes the messages of a batch as mails.
///
/// What they share is checked once.
struct MailWriter: Sendable {
    let batch: HandoverBatch
    private let shared: Result<Shared, MIMEError>

    private struct Shared {
        let from: Mailbox
        let headers: [MailHeader]
        let attachments: [MailAttachment]
    }

    init(_ batch: HandoverBatch) {
        self.batch = batch
        shared = Result { () throws(MIMEError) in try Self.shared(batch.envelope) }
    }

    private static func shared(_ envelope: MessageEnvelope) throws(MIMEError) -> Shared {
        Shared(
            from: try Mailbox(displayName: envelope.fromName, address: envelope.fromAddress),
            headers: try envelope.sharedHeaders.map { header throws(MIMEError) in try MailHeader(header.name, header.value) },
            attachments: try (envelope.options.attachments ?? []).map { file throws(MIMEError) in
                try MailAttachment(filename: file.filename, contentType: file.contentType, base64: file.content, contentID: file.contentID)
            }
        )
    }

    /// One message as a mail.
    ///
    /// - Parameter extra: further header fields, for the gateway.
    /// - Throws: `RenderError` or `MIMEError`, without the recipient's values: this message can never be sent.
    func mail(_ message: OutgoingMessage, at now: Date, extra: [MailHeader] = []) throws -> MailMessage {
        let shared = try shared.get()
        let content = try batch.renderer.render(RecipientValues(message, of: batch.envelope))
        let unsubscribe = try batch.envelope.unsubscribeHeaders(String(decoding: content.unsubscribeURL, as: UTF8.self))
            .map { try MailHeader($0.name, $0.value) }
        let id = message.id.uuidString.lowercased()
        return try MailMessage(
            from: shared.from,
            to: [Mailbox(address: message.recipient)],
            subject: String(decoding: content.subject, as: UTF8.self),
            date: now,
            messageID: "\(id)@\(batch.envelope.fromDomain)",
            headers: unsubscribe + shared.headers + extra,
            body: MailBody(text: content.text.isEmpty ? nil : content.text, html: content.html),
            attachments: shared.attachments,
            boundary: id
        )
    }
}
