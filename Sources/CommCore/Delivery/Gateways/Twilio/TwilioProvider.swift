import FoundationEssentials

/// Twilio's `POST …/Messages.json`.
///
/// Twilio has no idempotency keys: a lost answer is an unknown outcome, settled by what is reported of the message.
package struct TwilioProvider: Sendable {
    /// Longest text that Twilio takes (characters).
    static let longestBody = 1_600
    /// In the address of reports; the signature covers it.
    package static let referenceField = "ref"

    let name = "twilio"

    private let url: String
    private let authorization: Secret
    private let sender: TwilioSettings.Sender
    private let callback: String?

    package init(_ settings: TwilioSettings) {
        url = "\(settings.base)/2010-04-01/Accounts/\(settings.accountSID)/Messages.json"
        let user = settings.keySID ?? settings.accountSID
        authorization = Secret("Basic " + Data("\(user):\(settings.secret.reveal())".utf8).base64EncodedString())
        sender = settings.sender
        callback = settings.callback
    }

    /// The request for a message; nil when it is too long for one.
    func request(for message: SMSMessage) -> ProviderRequest? {
        guard message.body.utf16.count <= Self.longestBody else { return nil }
        var fields: [(name: String, value: String)] = [("To", message.recipient), ("Body", message.body)]
        switch sender {
        case .number(let number): fields.append(("From", number))
        case .service(let service): fields.append(("MessagingServiceSid", service))
        }
        if let callback { fields.append(("StatusCallback", "\(callback)?\(Self.referenceField)=\(message.reference.text)")) }
        if let validity = message.validity { fields.append(("ValidityPeriod", String(min(max(validity, 1), 36_000)))) }
        return ProviderRequest(
            url: url,
            headers: [
                ("Authorization", authorization.reveal()), ("Content-Type", "application/x-www-form-urlencoded"),
                ("Accept", "application/json"),
            ],
            body: FormText.encode(fields)
        )
    }

    /// What an answer means for the message, its sender or the account.
    func verdict(on answer: ProviderAnswer, at now: Date) -> ProviderVerdict {
        if (200..<300).contains(answer.status) {
            return answer.json(Accepted.self)?.sid.hasPrefix("S") == true || answer.json(Accepted.self)?.sid.hasPrefix("M") == true
                ? .accepted : .unknown(reason: "an answer that is not Twilio's")
        }
        guard let refusal = answer.json(Refusal.self) else {
            return answer.commonVerdict(now: now) ?? .refused(.request, reason: "answered \(answer.status)")
        }
        let reason = ProviderText.clean("\(refusal.code) \(refusal.message ?? "")")
        switch TwilioErrorCode.meaning(of: refusal.code) {
        case .address, .request, .optedOut: return .refused(.request, reason: reason)
        case .sender: return .senderRefused(reason: reason)
        case .account: return .away(GatewayOutage(kind: .configuration, reason: reason))
        case .throttled: return .away(GatewayOutage(kind: .throttled, reason: reason, until: answer.retryAfter(now: now)))
        case .unknown: return answer.commonVerdict(now: now) ?? .refused(.request, reason: reason)
        }
    }

    private struct Accepted: Decodable {
        let sid: String
    }

    private struct Refusal: Decodable {
        let code: Int
        let message: String?
    }
}
