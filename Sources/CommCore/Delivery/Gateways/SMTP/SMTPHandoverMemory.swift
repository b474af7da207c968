import FoundationEssentials
import Redis

/// Remembers in Redis which messages an SMTP server has accepted, until their batch is recorded and some time beyond.
package struct SMTPHandoverMemory: Sendable {
    /// Longer than any batch is repeated.
    private static let lifetime = 24 * 3600

    private let redis: RedisClient
    private let prefix: String

    package init(redis: RedisClient, prefix: String = "comm") {
        self.redis = redis
        self.prefix = prefix
    }

    /// Remembers an accepted message.
    ///
    /// - Throws: `RedisError`.
    func remember(_ id: UUID, scope: HandoverScope) async throws {
        let replies = try await redis.pipeline([
            RedisCommand("SADD", [.string(key(scope)), .bytes(Self.marker(id))]),
            RedisCommand("EXPIRE", [.string(key(scope)), .integer(Self.lifetime)]),
        ])
        for reply in replies { _ = try reply.valueOrError() }
    }

    /// Those of the ids that were accepted.
    ///
    /// - Throws: `RedisError`.
    func accepted(among ids: [UUID], scope: HandoverScope) async throws -> Set<UUID> {
        guard !ids.isEmpty else { return [] }
        let reply = try await redis.send(RedisCommand("SMISMEMBER", [.string(key(scope))] + ids.map { .bytes(Self.marker($0)) }))
        return Set(zip(ids, reply.array ?? []).filter { $0.1.int == 1 }.map(\.0))
    }

    private func key(_ scope: HandoverScope) -> String {
        "\(prefix):smtp:\(scope.key)"
    }

    private static func marker(_ id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }
}
