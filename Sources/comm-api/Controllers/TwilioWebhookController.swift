import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Twilio's reports and the answers of recipients: forms, signed together with the address that they are posted to.
struct TwilioWebhookController: Sendable {
    static let path = TwilioSettings.webhookPath

    let inbox: ProviderInbox
    /// The account's own token, which signs, whatever key sends; nil when Twilio is not listened to.
    let token: Secret?
    /// Where the API is reached from outside, without a final slash: what a proxy says of it is not believed.
    let publicBase: String

    /// Takes one report.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard let token else { throw Problem.notConfigured("Twilio", setting: "COMM_TWILIO_AUTH_TOKEN") }
        let body = try await inbox.body(of: request)
        let url = publicBase + Self.path + (request.uri.query.map { "?\($0)" } ?? "")
        guard let fields = FormText.decode(body), let signature = TwilioSignature(request.headers[.twilioSignature]),
            signature.isValid(url: url, fields: fields, token: token)
        else { throw Problem.invalidSignature }
        let reference = request.uri.queryParameters[TwilioProvider.referenceField[...]].map(String.init)
        let segments = request.uri.queryParameters[TwilioProvider.segmentsField[...]].map { String($0.prefix(3)) }
        guard let payload = TwilioSource.payload(of: fields, reference: reference, segments: segments) else {
            throw Problem.invalid("MessageSid", "MessageSid must name the message of a status or an answer")
        }
        try await inbox.commit(TwilioSource.name, payload)
        // An answer with a body would be taken for instructions.
        return Response(status: .noContent)
    }
}
