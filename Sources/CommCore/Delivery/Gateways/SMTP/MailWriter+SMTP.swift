import FoundationEssentials
import MIME
import SMTP

extension MailWriter {
    /// The mail and its envelope.
    ///
    /// - Parameter returnPath: where bounces go; without one, to the sender's address.
    /// - Throws: `RenderError`, `MIMEError` or `SMTPError`, all without the recipient's values: this message can never be sent.
    func write(_ message: OutgoingMessage, at now: Date, returnPath: ReturnPath?) throws -> SMTPMessage {
        let mail = try mail(message, at: now)
        let sender = returnPath?.address(tenantID: batch.envelope.tenantID, messageID: message.id) ?? batch.envelope.fromAddress
        return try SMTPMessage(sender: sender, recipients: [message.recipient], content: mail.encoded())
    }
}
