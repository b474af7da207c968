import FoundationEssentials
import MIME

/// A delivery service that takes mails over HTTP: how a mail is put to it, and what its answers mean.
///
/// Connections, time-outs, outages and crashes are the same for all of them: ``HTTPGateway``.
protocol MailProvider: Sendable {
    /// The name in logs, metrics and `delivery_events.gateway`.
    var name: String { get }

    /// Header fields that the provider reads from the mail itself.
    func headers(for reference: MessageReference) throws(MIMEError) -> [MailHeader]

    /// The request that puts a mail to the provider.
    func request(for mail: ProviderMail, at now: Date) -> ProviderRequest

    /// What the provider's answer means.
    func verdict(on answer: ProviderAnswer, to mail: ProviderMail, at now: Date) -> ProviderVerdict
}

extension MailProvider {
    func headers(for reference: MessageReference) throws(MIMEError) -> [MailHeader] { [] }
}

/// A mail with its envelope, ready for a provider.
struct ProviderMail: Sendable {
    let reference: MessageReference
    let sender: String
    let recipient: String
    /// RFC 5322.
    let octets: [UInt8]
}

/// A request as it will be sent; always a POST.
struct ProviderRequest: Sendable {
    let url: String
    /// Everything but `Content-Length`.
    let headers: [(name: String, value: String)]
    let body: [UInt8]
}
