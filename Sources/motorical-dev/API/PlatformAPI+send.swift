import Foundation
import Hummingbird
import MIME
import Postgres

extension PlatformAPI {
    /// Takes one mail as `POST /v1/send` does: a row in email_logs, a job on the list.
    func send(_ request: Request, context: BasicRequestContext) async throws -> SendAnswer {
        let mail = try await request.decode(as: SendRequest.self, context: context)
        let id = UUID()
        let job = try SendJob(mail, id: id, now: Date())
        try await rows.insert(
            EmailLogRepository.NewRow(
                id: id,
                motorBlockID: mail.metadata?.motorBlockID ?? id,
                from: mail.from,
                to: mail.to,
                subject: mail.subject,
                bodySize: (mail.html ?? mail.text ?? "").utf8.count,
                metadata: try PostgresJSON(encoding: mail.metadata ?? SendRequest.Metadata())
            )
        )
        try await queue.push(Array(try JSONEncoder().encode(job)))
        return SendAnswer(success: true, data: .init(status: "queued", messageId: "<\(job.emailId.lowercased())@\(job.domain)>"))
    }

    struct SendRequest: Decodable {
        struct Metadata: Codable {
            var campaignID: String?
            var contactID: String?
            var tenantID: String?
            var motorBlockID: UUID?

            enum CodingKeys: String, CodingKey {
                case campaignID = "campaign_id"
                case contactID = "contact_id"
                case tenantID = "tenant_id"
                case motorBlockID = "motor_block_id"
            }
        }

        let from: String
        let to: String
        let subject: String
        let text: String?
        let html: String?
        let headers: [String: String]?
        let metadata: Metadata?
    }

    struct SendAnswer: ResponseEncodable {
        struct Message: Encodable {
            let status: String
            let messageId: String
        }

        let success: Bool
        let data: Message
    }

    /// A job of the delivery list, with the keys that the contract names.
    private struct SendJob: Encodable {
        let emailId: String
        let motorBlockId: String
        let fromAddress: String
        let toAddresses: [String]
        let subject: String
        let bodyText: String
        let bodyHtml: String
        let domain: String
        let createdAt: String
        let headers: [String: String]
        let metadata: SendRequest.Metadata

        init(_ mail: SendRequest, id: UUID, now: Date) throws {
            do {
                domain = String(try Mailbox.parse(mail.from).domain)
                _ = try Mailbox.parse(mail.to)
            } catch {
                throw HTTPError(.unprocessableContent, message: "from or to is no address.")
            }
            emailId = id.uuidString.lowercased()
            motorBlockId = (mail.metadata?.motorBlockID ?? id).uuidString.lowercased()
            fromAddress = mail.from
            toAddresses = [mail.to]
            subject = mail.subject
            bodyText = mail.text ?? ""
            bodyHtml = mail.html ?? ""
            createdAt = now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            headers = mail.headers ?? [:]
            metadata = mail.metadata ?? SendRequest.Metadata()
        }
    }
}
