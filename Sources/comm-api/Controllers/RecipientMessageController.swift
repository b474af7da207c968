import CommCore
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore

/// What one recipient of a campaign was sent, rebuilt byte for byte.
struct RecipientMessageController: Sendable {
    private struct MessageWire: Encodable {
        let messageID: UUID
        @OrNull var contactID: UUID?
        let recipient: String
        let outcome: String
        @OrNull var reason: String?
        let createdAt: Date
        @OrNull var occurredAt: Date?
        let from: String
        let subject: String
        @OrNull var html: String?
        let text: String
        let headers: [MessageHeader]
        let artifact: MessageArtifact

        init(_ message: SentMessage) {
            (messageID, recipient, outcome, createdAt) = (message.id, message.recipient, message.outcome, message.createdAt)
            _contactID = OrNull(wrappedValue: message.contactID)
            _reason = OrNull(wrappedValue: message.reason)
            _occurredAt = OrNull(wrappedValue: message.occurredAt)
            from = message.from
            subject = String(decoding: message.content.subject, as: UTF8.self)
            _html = OrNull(wrappedValue: message.content.html.map { String(decoding: $0, as: UTF8.self) })
            text = String(decoding: message.content.text, as: UTF8.self)
            (headers, artifact) = (message.headers, message.artifact)
        }
    }

    let messages: MessageRebuilder

    /// JSON, or the mail itself for `Accept: message/rfc822`.
    func get(_ request: Request, context: TenantContext) async throws -> Response {
        let campaignID = try context.id()
        let contactID = try context.id("contact_id")
        guard request.headers[.accept]?.contains("message/rfc822") ?? false else {
            let message = try await messages.message(tenantID: context.tenantID, campaignID: campaignID, contactID: contactID)
            return try Answer(MessageWire(message)).response()
        }
        let mail = try await messages.mail(tenantID: context.tenantID, campaignID: campaignID, contactID: contactID)
        return Response(
            status: .ok,
            headers: [
                .contentType: "message/rfc822",
                .contentDisposition: "attachment; filename=\"message-\(mail.messageID.uuidString.lowercased()).eml\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: mail.octets))
        )
    }
}
