import FoundationEssentials

/// Mailgun's `POST /v3/{domain}/messages.mime` with the whole mail.
///
/// Mailgun has no idempotency keys; a limit is told with the moment at which it ends.
struct MailgunProvider: MailProvider {
    /// The variable that comes back in reports; recipients can read it too, so it holds opaque ids only.
    static let variable = "comm_ref"

    let name = "mailgun"

    private let url: String
    private let authorization: Secret

    init(_ settings: MailgunSettings) {
        url = "\(settings.base)/v3/\(settings.domain)/messages.mime"
        authorization = Secret("Basic " + Data("api:\(settings.apiKey.reveal())".utf8).base64EncodedString())
    }

    func request(for mail: ProviderMail, at now: Date) -> ProviderRequest {
        let form = MultipartForm(boundary: "form-\(mail.reference.messageID.uuidString.lowercased())")
        return ProviderRequest(
            url: url,
            headers: [("Authorization", authorization.reveal()), ("Content-Type", form.contentType)],
            body: form.encode(
                // Links and opens are tracked by the suite already.
                fields: [("to", mail.recipient), ("o:tracking", "no"), ("v:\(Self.variable)", mail.reference.text)],
                file: ("message", "message.mime", mail.octets)
            )
        )
    }

    func verdict(on answer: ProviderAnswer, to mail: ProviderMail, at now: Date) -> ProviderVerdict {
        let message = answer.json(MailgunAnswer.self)?.message ?? String(decoding: answer.body.prefix(500), as: UTF8.self)
        let reason = ProviderText.clean(message.isEmpty ? "answered \(answer.status)" : message)
        switch answer.status {
        case 200..<300:
            return answer.json(MailgunAnswer.self)?.id?.isEmpty == false ? .accepted : .unknown(reason: "an answer that is not Mailgun's")
        case 429:
            let until = HTTPDate.date(from: message) ?? answer.retryAfter(now: now)
            return .away(GatewayOutage(kind: .throttled, reason: reason, until: until))
        case 400 where Self.concernsDomain(message): return .away(GatewayOutage(kind: .configuration, reason: reason))
        case 404: return .away(GatewayOutage(kind: .configuration, reason: "domain not found; is it in the other region?"))
        case 413: return .refused(.size, reason: "larger than Mailgun takes")
        default: return answer.commonVerdict(now: now) ?? .refused(.request, reason: reason)
        }
    }

    /// Whether a 400 speaks of the domain or account that we send with, and not of the message.
    private static func concernsDomain(_ message: String) -> Bool {
        let text = message.lowercased()
        return text.contains("not allowed to send") || text.contains("sandbox") || text.contains("account") && text.contains("disabled")
    }
}

private struct MailgunAnswer: Decodable {
    let id: String?
    let message: String?
}
