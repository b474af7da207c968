import FoundationEssentials
import Synchronization

/// Amazon SES, API version 2: `SendEmail` with raw content, so that the mail's own header fields are kept.
///
/// SES has no idempotency keys; its quota is told by errors only.
final class SESProvider: MailProvider {
    /// The name of the tag that comes back in reports.
    static let tag = "comm_ref"
    private static let path = "/v2/email/outbound-emails"
    private static let contentType = "application/json"

    let name = "ses"

    private let settings: SESSettings
    private let signer: SigV4
    private let host: String
    /// How far AWS's clock is ahead of ours, as its answers said (seconds).
    private let clockOffset = Mutex<TimeInterval>(0)

    init(_ settings: SESSettings) {
        self.settings = settings
        signer = SigV4(
            accessKeyID: settings.accessKeyID,
            secretAccessKey: settings.secretAccessKey,
            sessionToken: settings.sessionToken,
            region: settings.region,
            service: "ses"
        )
        let address = settings.endpoint.split(separator: "/", omittingEmptySubsequences: true)
        host = address.count > 1 ? String(address[1]) : settings.endpoint
    }

    func request(for mail: ProviderMail, at now: Date) -> ProviderRequest {
        let body = Array(self.body(for: mail).utf8)
        let signed = signer.sign(
            method: "POST",
            path: Self.path,
            host: host,
            contentType: Self.contentType,
            body: body,
            at: now.addingTimeInterval(clockOffset.withLock { $0 })
        )
        var headers = [
            ("Host", host), ("Content-Type", Self.contentType), ("X-Amz-Date", signed.date), ("Authorization", signed.authorization),
        ]
        if let token = settings.sessionToken { headers.append(("X-Amz-Security-Token", token.reveal())) }
        return ProviderRequest(url: settings.endpoint + Self.path, headers: headers.map { (name: $0.0, value: $0.1) }, body: body)
    }

    private func body(for mail: ProviderMail) -> String {
        let set = settings.configurationSet.map { #","ConfigurationSetName":\#(JSONText.quoted($0))"# } ?? ""
        return """
            {"FromEmailAddress":\(JSONText.quoted(mail.sender)),\
            "Destination":{"ToAddresses":[\(JSONText.quoted(mail.recipient))]},\
            "Content":{"Raw":{"Data":"\(Data(mail.octets).base64EncodedString())"}},\
            "EmailTags":[{"Name":"\(Self.tag)","Value":"\(mail.reference.text)"}]\(set)}
            """
    }

    func verdict(on answer: ProviderAnswer, to mail: ProviderMail, at now: Date) -> ProviderVerdict {
        if (200..<300).contains(answer.status) {
            let accepted = answer.json(SESAcceptance.self)?.messageID.isEmpty == false
            return accepted ? .accepted : .unknown(reason: "an answer that is not SES's")
        }
        let error = SESError(answer)
        let verdict = error.verdict(status: answer.status, sender: mail.sender)
        if case .corrected = verdict {
            guard let theirs = answer.headers["date"].flatMap(HTTPDate.date(from:)) else {
                return .away(GatewayOutage(kind: .configuration, reason: error.reason))
            }
            clockOffset.withLock { $0 = theirs.timeIntervalSince(now) }
        }
        return verdict ?? answer.commonVerdict(now: now) ?? .refused(.request, reason: error.reason)
    }
}

private struct SESAcceptance: Decodable {
    let messageID: String

    enum CodingKeys: String, CodingKey {
        case messageID = "MessageId"
    }
}
