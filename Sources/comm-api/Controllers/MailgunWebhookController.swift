import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

/// Mailgun's reports: an HMAC over a time and a token, each of which is good for one event.
struct MailgunWebhookController: Sendable {
    let inbox: ProviderInbox
    /// Nil when Mailgun is not listened to.
    let key: Secret?
    let maximumAge: Int
    let tokens: UsedTokens
    let time: any TimeSource

    /// Takes one event.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard let key else { throw Problem.notConfigured("Mailgun", setting: "COMM_MAILGUN_WEBHOOK_KEY") }
        let body = try await inbox.body(of: request)
        let report = try ProviderInbox.object(in: body)
        guard let signature = MailgunSignature.verified(body: body, key: key) else { throw Problem.invalidSignature }
        guard signature.isFresh(now: time.now, maximumAge: maximumAge) else {
            context.logger.notice("a report is too old", metadata: ["provider": "mailgun"])
            throw Problem.staleReport
        }
        guard try await tokens.use(signature.token, for: signature.eventID) else {
            // The one answer after which Mailgun does not try again.
            throw Problem(.notAcceptable, code: "token_reused", "The signature was used with another event")
        }
        try await inbox.append(MailgunSource.name, report)
        return Answer.done
    }
}
