import Foundation
import Hummingbird

extension PlatformAPI {
    /// A page of delivery logs: `limit` (1…1000), `since` (ISO 8601), `cursor` (from the last answer).
    func getLogs(_ request: Request, context: BasicRequestContext) async throws -> LogsAnswer {
        let query = request.uri.queryParameters
        let limit = min(max(query.get("limit", as: Int.self) ?? 100, 1), 1_000)
        let since = try query.get("since").map(Self.date)
        let cursor = try query.get("cursor").map { text in
            guard let cursor = DeliveryLogRepository.Cursor(text) else {
                throw HTTPError(.badRequest, message: "cursor is not one of ours.")
            }
            return cursor
        }
        let entries = try await logs.page(motorBlock: try id(context), limit: limit, since: since, after: cursor)
        return LogsAnswer(
            data: .init(items: entries.map(LogsAnswer.Item.init), nextCursor: entries.count == limit ? entries.last?.cursor.text : nil)
        )
    }

    private static func date(_ text: String) throws -> Date {
        for fractional in [true, false] {
            if let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: fractional)) { return date }
        }
        throw HTTPError(.badRequest, message: "since is no ISO 8601 time.")
    }

    struct LogsAnswer: ResponseEncodable {
        struct Page: Encodable {
            let items: [Item]
            let nextCursor: String?
        }

        struct Item: Encodable {
            let messageId: String?
            let id: String
            let status: String
            let metadata: [String: String]
            let updatedAt: String

            init(_ entry: DeliveryLogRepository.Entry) {
                messageId = entry.messageID
                id = entry.id.uuidString.lowercased()
                status = entry.status
                metadata = ["campaign_id": entry.campaignID, "contact_id": entry.contactID, "tenant_id": entry.tenantID].compactMapValues {
                    $0
                }
                updatedAt = entry.updatedAt.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            }
        }

        let data: Page
    }
}
