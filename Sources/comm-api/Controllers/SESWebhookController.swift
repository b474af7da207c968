import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

/// Events of Amazon SES, delivered by SNS: signed with a certificate of SNS, from topics that are configured.
struct SESWebhookController: Sendable {
    /// SNS may try for an hour (seconds).
    static let tolerance: TimeInterval = 3600

    let inbox: ProviderInbox
    let topics: Set<String>
    let requiresVersion2: Bool
    let certificates: CachedDocuments<SNSCertificate>
    let time: any TimeSource

    /// Takes a notification, or notes a subscription that comm-stats then confirms.
    func receive(_ request: Request, context: APIContext) async throws -> some ResponseGenerator {
        guard !topics.isEmpty else { throw Problem.notConfigured("SES", setting: "COMM_SES_TOPIC_ARNS") }
        // Raw delivery has no signature.
        guard request.headers[.snsRawDelivery]?.lowercased() != "true" else {
            throw Problem(.badRequest, code: "raw_delivery", "Raw message delivery has no signature; turn it off for this subscription")
        }
        let body = try await inbox.body(of: request)
        _ = try ProviderInbox.object(in: body)
        guard let message = SNSMessage(json: body) else {
            throw Problem(.badRequest, code: "validation", "The body is not a message of SNS")
        }
        try await verify(message)
        switch message.kind {
        case .notification:
            let delivery = SESSource.Delivery(id: message.id, message: message.message)
            try await inbox.append(SESSource.name, Array(try delivery.json().utf8)[...])
        case .confirmation:
            let confirmation = SNSConfirmationRequest(topic: message.topic, subscribeURL: message.subscribeURL ?? "")
            try await inbox.append(SNSConfirmationRequest.source, Array(try confirmation.json().utf8)[...])
        case .unsubscribed: context.logger.warning("SNS ended a subscription", metadata: ["topic": "\(message.topic)"])
        }
        return Answer.done
    }

    /// From the cheap to the dear: topic, time, addresses, signature.
    private func verify(_ message: SNSMessage) async throws {
        guard topics.contains(message.topic), let region = message.region else {
            throw Problem(.unauthorized, code: "unknown_topic", "The topic is not among COMM_SES_TOPIC_ARNS")
        }
        guard let timestamp = ISO8601.date(from: message.timestamp), abs(time.now.timeIntervalSince(timestamp)) <= Self.tolerance else {
            throw Problem.staleReport
        }
        guard SNSAddress.isCertificate(message.certificateURL, region: region) else { throw Problem.invalidSignature }
        if message.kind == .confirmation,
            !SNSAddress.isConfirmation(message.subscribeURL ?? "", topic: message.topic, region: region)
        {
            throw Problem(.badRequest, code: "validation", "SubscribeURL does not confirm the topic at SNS")
        }
        guard let certificate = await certificates.document(at: message.certificateURL) else {
            throw Problem.unavailable("The certificate of SNS cannot be had at the moment", code: "keys_unavailable", retryAfter: 60)
        }
        guard certificate.signed(message, requiresVersion2: requiresVersion2, now: time.now) else { throw Problem.invalidSignature }
    }
}
