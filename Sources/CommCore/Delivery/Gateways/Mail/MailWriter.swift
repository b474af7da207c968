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
    }

    init(_ batch: HandoverBatch) {
        self.batch = batch
        shared = Result { () throws(MIMEError) in try Self.shared(batch.envelope) }
    }

    private static func shared(_ envelope: CampaignEnvelope) throws(MIMEError) -> Shared {
        Shared(
            from: try Mailbox(displayName: envelope.fromName, address: envelope.fromAddress),
            headers: [
                try MailHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                try MailHeader("List-ID", envelope.listID),
                try MailHeader("Reply-To", envelope.replyTo),
                try MailHeader("Precedence", "bulk"),
                try MailHeader("X-Auto-Response-Suppress", "All"),
                try MailHeader("Feedback-ID", envelope.feedbackID),
            ]
        )
    }

    /// One message as a mail.
    ///
    /// - Parameter extra: further header fields, for the gateway.
    /// - Throws: `RenderError` or `MIMEError`, without the recipient's values: this message can never be sent.
    func mail(_ message: OutgoingMessage, at now: Date, extra: [MailHeader] = []) throws -> MailMessage {
        let shared = try shared.get()
        let content = try batch.renderer.render(RecipientValues(message, of: batch.envelope))
        let unsubscribe = String(decoding: content.unsubscribeURL, as: UTF8.self)
        let id = message.id.uuidString.lowercased()
        return try MailMessage(
            from: shared.from,
            to: [Mailbox(address: message.recipient)],
            subject: String(decoding: content.subject, as: UTF8.self),
            date: now,
            messageID: "\(id)@\(batch.envelope.fromDomain)",
            headers: [MailHeader("List-Unsubscribe", "<\(unsubscribe)>, <mailto:\(batch.envelope.unsubscribeMailto)>")] + shared.headers
                + extra,
            body: MailBody(text: content.text.isEmpty ? nil : content.text, html: content.html),
            boundary: id
        )
    }
}
