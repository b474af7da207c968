import FoundationEssentials
import MIME

/// A delivery service that takes whole mails; what all of them share is the writing of the mail.
protocol MailProvider: MessageProvider where Item == ProviderMail {
    /// Header fields that the provider reads from the mail itself.
    func headers(for reference: MessageReference) throws(MIMEError) -> [MailHeader]
}

extension MailProvider {
    var channel: Channel { .email }

    func headers(for reference: MessageReference) throws(MIMEError) -> [MailHeader] { [] }

    func item(_ message: OutgoingMessage, of batch: HandoverBatch, at now: Date) throws -> ProviderMail {
        let reference = batch.reference(of: message)
        let mail = try MailWriter(batch).mail(message, at: now, extra: try headers(for: reference))
        return ProviderMail(
            reference: reference,
            sender: batch.envelope.fromAddress,
            recipient: message.recipient,
            octets: mail.encoded()
        )
    }
}

/// A mail with its envelope, ready for a provider.
struct ProviderMail: Sendable {
    let reference: MessageReference
    let sender: String
    let recipient: String
    /// RFC 5322.
    let octets: [UInt8]
}
