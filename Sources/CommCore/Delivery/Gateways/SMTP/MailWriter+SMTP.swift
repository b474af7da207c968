import FoundationEssentials
import MIME
import SMTP

extension MailWriter {
    /// The mail and its envelope.
    ///
    /// - Throws: `RenderError`, `MIMEError` or `SMTPError`, all without the recipient's values: this message can never be sent.
    func write(_ message: OutgoingMessage, at now: Date) throws -> SMTPMessage {
        let mail = try mail(message, at: now)
        return try SMTPMessage(sender: batch.envelope.fromAddress, recipients: [message.recipient], content: mail.encoded())
    }
}
