import FoundationEssentials
import MIME

/// Postal's HTTP API: `POST /api/v1/send/raw` with the whole mail.
///
/// Postal has no idempotency keys, no recipient limits of a raw message and no rate answers (mail over a limit is accepted and held).
struct PostalProvider: MailProvider {
    let name = "postal"

    private let url: String
    private let key: Secret

    init(_ settings: PostalSettings) {
        url = settings.base + "/api/v1/send/raw"
        key = settings.apiKey
    }

    /// The tag comes back in every report; the other field keeps Postal from rewriting links that are tracked already.
    func headers(for reference: MessageReference) throws(MIMEError) -> [MailHeader] {
        [try MailHeader("X-Postal-Tag", reference.text), try MailHeader("X-AMP", "skip")]
    }

    func request(for mail: ProviderMail, at now: Date) -> ProviderRequest {
        let body = """
            {"mail_from":\(JSONText.quoted(mail.sender)),"rcpt_to":[\(JSONText.quoted(mail.recipient))],\
            "data":"\(Data(mail.octets).base64EncodedString())"}
            """
        return ProviderRequest(
            url: url,
            headers: [("X-Server-API-Key", key.reveal()), ("Content-Type", "application/json"), ("Accept", "application/json")],
            body: Array(body.utf8)
        )
    }

    /// What the API layer decides comes with status 200, errors included; anything else did not come from it.
    func verdict(on answer: ProviderAnswer, to mail: ProviderMail, at now: Date) -> ProviderVerdict {
        if let verdict = answer.commonVerdict(now: now) { return verdict }
        switch answer.status {
        case 200..<300: break
        case 413: return .refused(.size, reason: "larger than Postal takes")
        case 404: return .away(GatewayOutage(kind: .configuration, reason: "answered 404; is it a Postal server?"))
        default: return .refused(.request, reason: "answered \(answer.status)")
        }
        guard let envelope = answer.json(PostalAnswer.self) else { return .unknown(reason: "an answer that is not Postal's") }
        switch envelope.status {
        case "success": return .accepted
        case "parameter-error": return .refused(.request, reason: ProviderText.clean(envelope.data?.message ?? "parameter-error"))
        case "error": return Self.verdict(onError: envelope.data?.code ?? "", message: envelope.data?.message)
        default: return .unknown(reason: "an answer that is not Postal's")
        }
    }

    private static func verdict(onError code: String, message: String?) -> ProviderVerdict {
        let reason = ProviderText.clean([code, message].compactMap(\.self).joined(separator: ": "))
        switch code {
        // The answer repeats the key: nothing but the code is kept.
        case "AccessDenied", "InvalidServerAPIKey": return .away(GatewayOutage(kind: .configuration, reason: code))
        case "ServerSuspended": return .away(GatewayOutage(kind: .configuration, reason: reason))
        case "UnauthenticatedFromAddress", "FromAddressMissing": return .senderRefused(reason: reason)
        default: return .refused(.request, reason: reason)
        }
    }
}

/// The envelope of Postal's answers.
private struct PostalAnswer: Decodable {
    struct Details: Decodable {
        let code: String?
        let message: String?
    }

    let status: String
    let data: Details?
}
