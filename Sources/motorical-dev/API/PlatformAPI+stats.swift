import Foundation
import Hummingbird

extension PlatformAPI {
    /// The counters, how many jobs wait, and since when the engine runs.
    func getStats(_ request: Request, context: BasicRequestContext) async throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = .sortedKeys
        encoder.dateEncodingStrategy = .iso8601
        let answer = Stats(counters: stats.current, queue: try await queue.length(), startedAt: startedAt, updatedAt: Date())
        return try encoder.encode(answer, from: request, context: context)
    }

    private struct Stats: Encodable {
        let counters: EngineStats.Counters
        let queue: Int
        let startedAt: Date
        let updatedAt: Date

        enum CodingKeys: CodingKey {
            case queue, startedAt, updatedAt
        }

        /// The counters stand beside the other figures, not inside a field of their own.
        func encode(to encoder: any Encoder) throws {
            try counters.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(queue, forKey: .queue)
            try container.encode(startedAt, forKey: .startedAt)
            try container.encode(updatedAt, forKey: .updatedAt)
        }
    }
}
