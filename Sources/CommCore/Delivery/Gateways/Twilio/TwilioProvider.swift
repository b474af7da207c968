import FoundationEssentials
import Metrics

/// Twilio's `POST …/Messages.json`.
///
/// Twilio has no idempotency keys: a lost answer is an unknown outcome, settled by what is reported of the message.
package struct TwilioProvider: MessageProvider {
    /// Longest text that Twilio takes (characters).
    package static let longestBody = 1_600
    /// In the address of reports; the signature covers it.
    package static let referenceField = "ref"
    /// Likewise: in how many parts the message travels.
    package static let segmentsField = "segments"

    let name = "twilio"
    let channel = Channel.sms

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

    func item(_ message: OutgoingMessage, of batch: HandoverBatch, at now: Date) throws -> SMSMessage {
        let content = try batch.renderer.render(RecipientValues(message, of: batch.envelope))
        let sms: SMSMessage
        do {
            sms = try SMSMessage(
                reference: batch.reference(of: message),
                recipient: message.recipient,
                body: String(decoding: content.text, as: UTF8.self),
                validity: batch.envelope.expiresAt.map { Int($0.timeIntervalSince(now)) }
            )
        } catch {
            throw error.refusal
        }
        guard sms.body.utf16.count <= Self.longestBody else {
            throw ProviderRefusal(kind: .size, reason: "longer than \(Self.longestBody) characters")
        }
        return sms
    }

    func request(for message: SMSMessage, at now: Date) -> ProviderRequest {
        var fields: [(name: String, value: String)] = [("To", message.recipient), ("Body", message.body)]
        switch sender {
        case .number(let number): fields.append(("From", number))
        case .service(let service): fields.append(("MessagingServiceSid", service))
        }
        if let callback {
            let query = "\(Self.referenceField)=\(message.reference.text)&\(Self.segmentsField)=\(message.segments.count)"
            fields.append(("StatusCallback", "\(callback)?\(query)"))
        }
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
    func verdict(on answer: ProviderAnswer, to message: SMSMessage, at now: Date) -> ProviderVerdict {
        if (200..<300).contains(answer.status) {
            let sid = answer.json(Accepted.self)?.sid ?? ""
            guard sid.hasPrefix("S") || sid.hasPrefix("M") else { return .unknown(reason: "an answer that is not Twilio's") }
            Counter(label: "comm_sms_segments_total", dimensions: [("gateway", name), ("encoding", message.segments.encoding.rawValue)])
                .increment(by: message.segments.count)
            return .accepted
        }
        guard let refusal = answer.json(Refusal.self) else {
            return answer.commonVerdict(now: now) ?? .refused(.request, reason: "answered \(answer.status)")
        }
        let reason = ProviderText.clean("\(refusal.code) \(refusal.message ?? "")")
        switch TwilioErrorCode.meaning(of: refusal.code) {
        case .address: return .refused(.recipient, reason: reason)
        case .optedOut: return .refused(.optedOut, reason: reason)
        case .request: return .refused(.request, reason: reason)
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
