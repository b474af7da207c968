import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Client of the platform's public API.
package struct PlatformClient: Sendable {
    /// One row of the platform's log of a motor block.
    package struct LogItem: Decodable, Sendable {
        let messageID: String?
        let status: String
        let campaignID: String?
        let contactID: String?
        let tenantID: String?
        let updatedAt: String?

        private enum CodingKeys: String, CodingKey {
            case id, status, metadata, updatedAt
            case messageID = "messageId"
            case messageIDInSnakeCase = "message_id"
        }

        private enum MetadataKeys: String, CodingKey {
            case campaignID = "campaignId"
            case campaignIDInSnakeCase = "campaign_id"
            case contactID = "contactId"
            case contactIDInSnakeCase = "contact_id"
            case tenantID = "tenant_id"
        }

        package init(from decoder: any Decoder) throws {
            let item = try decoder.container(keyedBy: CodingKeys.self)
            status = try item.decode(String.self, forKey: .status)
            updatedAt = try item.decodeIfPresent(String.self, forKey: .updatedAt)
            // Our own id first: it is the key of the row, the platform's message id is made of it.
            let names = try [CodingKeys.id, .messageIDInSnakeCase, .messageID].compactMap {
                try item.decodeIfPresent(String.self, forKey: $0)
            }
            messageID = names.first { UUID(uuidString: $0) != nil } ?? names.first
            let metadata = try? item.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata)
            func value(_ keys: MetadataKeys...) -> String? {
                keys.lazy.compactMap { try? metadata?.decodeIfPresent(String.self, forKey: $0) }.first
            }
            campaignID = value(.campaignIDInSnakeCase, .campaignID)
            contactID = value(.contactIDInSnakeCase, .contactID)
            tenantID = value(.tenantID)
        }
    }

    /// A page of the log, newest first.
    package struct LogPage: Decodable, Sendable {
        struct Body: Decodable, Sendable {
            let items: [LogItem]
            let nextCursor: String?
        }
        let data: Body
    }

    private static let timeout: TimeAmount = .seconds(15)
    private static let largestAnswer = 8 << 20

    private let client: HTTPClient
    private let base: String
    private let token: String?

    /// - Parameters:
    ///   - base: `MOTORICAL_API_BASE`, without a slash at its end.
    ///   - token: bearer of the public API.
    package init(client: HTTPClient, base: String, token: String?) {
        self.client = client
        self.base = base
        self.token = token
    }

    /// Reads a page of a motor block's log.
    ///
    /// - Throws: ``PlatformError`` when the platform answers anything but 200.
    func logs(motorBlockID: UUID, limit: Int, cursor: String?) async throws -> LogPage {
        var url = "\(base)/api/public/v1/motor-blocks/\(motorBlockID.uuidString.lowercased())/logs?limit=\(limit)"
        if let cursor, let escaped = cursor.addingPercentEncoding(withAllowedCharacters: .alphanumerics) { url += "&cursor=\(escaped)" }
        var request = HTTPClientRequest(url: url)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response = try await client.execute(request, timeout: Self.timeout)
        guard response.status == .ok else { throw PlatformError(status: Int(response.status.code)) }
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        return try JSONDecoder().decode(LogPage.self, from: Data(body.readableBytesView))
    }
}

extension PlatformClient {
    private struct Webhook: Encodable {
        let url: String
        let events = ["sent", "delivered", "bounced", "complained", "failed"]
    }

    /// Registers a webhook of a motor block; the same address again is no second one.
    ///
    /// - Throws: ``PlatformError`` when the platform answers anything but success.
    package func registerWebhook(motorBlockID: UUID, url: String) async throws {
        var request = HTTPClientRequest(url: "\(base)/api/public/v1/motor-blocks/\(motorBlockID.uuidString.lowercased())/webhooks")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(try JSONEncoder().encode(Webhook(url: url)))
        let response = try await client.execute(request, timeout: Self.timeout)
        guard (200..<300).contains(response.status.code) else { throw PlatformError(status: Int(response.status.code)) }
    }
}

/// The platform's API answered with an error.
package struct PlatformError: Error, Sendable, CustomStringConvertible {
    let status: Int

    package var description: String { "the platform's API answered \(status)" }
}
