import FoundationEssentials
import Postgres
import Redis

/// Keeps clicks in a Redis list while PostgreSQL is away, so that a redirect always answers and its click is not lost.
package struct ClickSpool: Sendable {
    private let redis: RedisClient
    private let key: String

    package init(redis: RedisClient, key: String = "comm:click_spool") {
        self.redis = redis
        self.key = key
    }

    /// Takes the first entries off the list if they are still those that were read: two drainers cannot trim the same ones.
    private static let trimScript = RedisScript(
        """
        if redis.call('LINDEX', KEYS[1], 0) == ARGV[1] then
            redis.call('LTRIM', KEYS[1], ARGV[2], -1)
            return 1
        end
        return 0
        """
    )

    /// Keeps clicks and opens, all or none.
    package func append(_ entries: [TrackingInbox.Entry]) async throws {
        guard !entries.isEmpty else { return }
        _ = try await redis.send(RedisCommand("RPUSH", [.string(key)] + entries.map { .bytes($0.payload) }))
    }

    /// Moves the oldest clicks into the inbox; a click that is moved twice (after a crash) meets its own id.
    ///
    /// - Returns: how many entries were moved.
    func drain(limit: Int, now: Date, into client: PostgresClient) async throws -> Int {
        let reply = try await redis.send(RedisCommand("LRANGE", [.string(key), "0", .string(String(limit - 1))]))
        guard let entries = reply.array, let first = entries.first?.bytes else { return 0 }
        let rows = entries.compactMap(\.string).compactMap { payload -> InboxRepository.NewRow? in
            guard let click = try? JSONDecoder().decode(SpooledClick.self, from: Data(payload.utf8)) else { return nil }
            return InboxRepository.NewRow(id: click.eventID, source: TrackingSource.name, payload: payload, receivedAt: now)
        }
        try await InboxRepository.insert(rows, on: client)
        _ = try await redis.eval(Self.trimScript, keys: [key], arguments: [first, Array(String(entries.count).utf8)])
        return entries.count
    }

    private struct SpooledClick: Decodable {
        let eventID: UUID

        enum CodingKeys: String, CodingKey {
            case eventID = "event_id"
        }
    }
}
