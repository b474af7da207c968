import Foundation
import MIME
import SMTP

extension DeliveryJob {
    /// The mail that the job asks for, with its envelope.
    ///
    /// - Throws: `MIMEError` or `SMTPError`: the job can never be delivered.
    func message(at date: Date) throws -> SMTPMessage {
        let mail = try MailMessage(
            from: from,
            to: recipients,
            subject: subject,
            date: date,
            messageID: messageID,
            headers: headers,
            body: MailBody(text: text.isEmpty ? nil : text, html: html.isEmpty ? nil : html),
            boundary: id.uuidString
        )
        return try SMTPMessage(sender: from.address, recipients: recipients.map(\.address), content: mail.encoded())
    }
}
