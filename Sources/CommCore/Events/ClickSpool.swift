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

    /// Keeps a tracking payload that carries its own `event_id`.
    package func append(_ payload: String) async throws {
        _ = try await redis.send(RedisCommand("RPUSH", [.init(key), .init(payload)]))
    }

    /// Moves the oldest clicks into the inbox; a click that is moved twice (after a crash) meets its own id.
    ///
    /// - Returns: how many entries left the list.
    func drain(limit: Int, now: Date, into client: PostgresClient) async throws -> Int {
        guard case .integer(let length) = try await redis.send(RedisCommand("LLEN", [.init(key)])), length > 0 else { return 0 }
        return try await client.withConnection { connection in
            // One drainer at a time: trimming is by position.
            let locked: Bool = try await connection.query("SELECT pg_try_advisory_lock(hashtext('comm:click_spool'))").first?.get(0) ?? false
            guard locked else { return 0 }
            let moved = await Result { try await move(limit: limit, now: now, on: connection) }
            try await connection.execute("SELECT pg_advisory_unlock(hashtext('comm:click_spool'))")
            return try moved.get()
        }
    }

    private func move(limit: Int, now: Date, on connection: PostgresConnection) async throws -> Int {
        let reply = try await redis.send(RedisCommand("LRANGE", [.init(key), "0", .init(String(limit - 1))]))
        guard case .array(let entries) = reply, !entries.isEmpty else { return 0 }
        let rows = entries.compactMap(\.string).compactMap { payload -> InboxRepository.NewRow? in
            guard let click = try? JSONDecoder().decode(SpooledClick.self, from: Data(payload.utf8)) else { return nil }
            return InboxRepository.NewRow(id: click.event_id, source: TrackingSource.name, payload: payload, receivedAt: now)
        }
        try await InboxRepository.insert(rows, on: connection)
        _ = try await redis.send(RedisCommand("LTRIM", [.init(key), .init(String(entries.count)), "-1"]))
        return entries.count
    }

    private struct SpooledClick: Decodable {
        let event_id: UUID
    }
}

extension Result where Failure == any Error {
    fileprivate init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
