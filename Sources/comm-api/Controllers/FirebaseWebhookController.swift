import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// What the servers of apps report on pushes, signed as Standard Webhooks are.
struct FirebaseWebhookController: Sendable {
    /// How far the signed time may be from now (seconds).
    ///
    /// Within it a repetition changes nothing: it has the same id.
    static let tolerance: Double = 300

    let inbox: ProviderInbox
    /// Nil when apps are not listened to.
    let secret: WebhookSecret?
    let time: any TimeSource

    /// Takes one report.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard let secret else { throw Problem.notConfigured("apps", setting: "COMM_FIREBASE_WEBHOOK_SECRET") }
        let body = try await inbox.body(of: request)
        guard let id = request.headers[.webhookID], let timestamp = request.headers[.webhookTimestamp],
            let signature = request.headers[.webhookSignature], let moment = Int(timestamp),
            // Whether it was signed comes before whether it is old.
            WebhookSignature.verify(header: signature, id: id, timestamp: timestamp, body: body, secret: secret, now: moment)
        else { throw Problem.invalidSignature }
        guard abs(time.now.timeIntervalSince1970 - Double(moment)) <= Self.tolerance else { throw Problem.staleReport }
        _ = try ProviderInbox.object(in: body)
        guard let payload = FirebaseSource.payload(of: body, id: id) else {
            throw Problem.invalid("type", "type must say what happened, for example push.opened")
        }
        try await inbox.commit(FirebaseSource.name, payload)
        return Answer.done
    }
}
