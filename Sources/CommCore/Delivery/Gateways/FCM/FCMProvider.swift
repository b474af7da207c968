import FoundationEssentials
import Synchronization

/// Firebase Cloud Messaging, HTTP version 1: `messages:send`, one device each.
///
/// FCM knows no message again, but a later one with our id as its collapse key takes the place of an earlier one on the device.
final class FCMProvider: MessageProvider {
    /// Tokens of other projects in a row that say that the service account is the wrong one, and not the tokens.
    static let foreignTokens = 5

    let name = "fcm"
    let channel = Channel.push

    private let url: String
    private let access: FCMAccessToken
    private let foreign = Mutex(0)

    init(_ settings: FCMSettings, timeout: Duration) {
        url = "\(settings.base)/v1/projects/\(settings.projectID)/messages:send"
        access = FCMAccessToken(account: settings.account, timeout: timeout)
    }

    func close() async {
        await access.close()
    }

    func item(_ message: OutgoingMessage, of batch: HandoverBatch, at now: Date) throws -> PushMessage {
        let content = try batch.renderer.render(RecipientValues(message, of: batch.envelope))
        return try PushMessage(
            reference: batch.reference(of: message),
            token: message.recipient,
            title: String(decoding: content.subject, as: UTF8.self),
            body: String(decoding: content.text, as: UTF8.self),
            data: batch.envelope.options.pushData ?? [:],
            isUrgent: !batch.envelope.isMarketing,
            expiresAt: batch.envelope.expiresAt
        )
    }

    func request(for push: PushMessage, at now: Date) async throws(GatewayOutage) -> ProviderRequest {
        let token = try await access.token(now: now)
        return ProviderRequest(
            url: url,
            headers: [("Authorization", "Bearer \(token.reveal())"), ("Content-Type", "application/json"), ("Accept", "application/json")],
            body: FCMDocument.body(for: push, at: now)
        )
    }

    func verdict(on answer: ProviderAnswer, to push: PushMessage, at now: Date) async -> ProviderVerdict {
        if (200..<300).contains(answer.status) {
            guard answer.json(Accepted.self)?.name.isEmpty == false else { return .unknown(reason: "an answer that is not Firebase's") }
            foreign.withLock { $0 = 0 }
            return .accepted
        }
        guard let error = FCMError(answer) else { return answer.commonVerdict(now: now) ?? .unknown(reason: "answered \(answer.status)") }
        let verdict = error.verdict(on: answer, now: now)
        switch verdict {
        case .corrected: await access.refused(now: now)
        case .refused(.recipient, _) where error.isForeignToken:
            let inARow = foreign.withLock { count in
                count += 1
                return count
            }
            guard inARow < Self.foreignTokens else {
                return .away(GatewayOutage(kind: .configuration, reason: "the tokens are another project's; is it the right account?"))
            }
        default: break
        }
        return verdict
    }

    private struct Accepted: Decodable {
        let name: String
    }
}
