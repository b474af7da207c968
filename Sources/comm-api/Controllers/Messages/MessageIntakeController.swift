import CommCore
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Takes messages: one, or one for each of very many recipients.
struct MessageIntakeController: Sendable {
    /// Of a bulk request (bytes): 100,000 recipients with about 600 bytes each.
    static let bulkLimit = 64 << 20
    /// Of a single message with its attachments (bytes).
    static let messageLimit = 12 << 20

    let submitter: MessageSubmitter
    let once: IdempotencyMiddleware

    /// Queues one message; 202 when it is durable.
    func send(_ request: Request, context: TenantContext) async throws -> Response {
        let body: MessageRequest = try await request.fields(limit: Self.messageLimit)
        let receipt = try await submitter.submit(body.draft, to: body.recipient, tenantID: context.tenantID)
        return try Self.accepted(ReceiptWire(receipt), message: receipt.isScheduled ? "Message scheduled" : "Message queued")
    }

    /// Queues one message for each recipient; those that cannot be sent to are counted and named.
    func sendMany(_ request: Request, context: TenantContext) async throws -> Response {
        let body = try await BulkMessageBody(request, limit: Self.bulkLimit)
        return try await once.once(request, context: context, bodyDigest: body.digest) {
            let receipt = try await submitter.submit(body.draft, to: body.recipients, tenantID: context.tenantID)
            return try Self.accepted(BulkReceiptWire(receipt), message: "\(receipt.queued) of \(receipt.total) messages queued")
        }
    }

    private static func accepted(_ data: some Encodable & Sendable, message: String) throws -> Response {
        var response = try Answer(data, message: message).response()
        response.status = .accepted
        return response
    }
}
