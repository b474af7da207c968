import FoundationEssentials
import Redis

/// Remembers in Redis what became of each message that a gateway without idempotency keys was given, until its batch is recorded and
/// some time beyond.
///
/// A message is marked before it goes out and again when it was accepted. So a sender that takes over after a crash knows what has left,
/// and what may have.
package struct HandoverMemory: Sendable {
    /// Longer than any batch is repeated.
    private static let lifetime = 24 * 3600
    private static let begun: [UInt8] = [UInt8(ascii: "b")]
    private static let accepted: [UInt8] = [UInt8(ascii: "a")]

    private let redis: RedisClient
    private let prefix: String

    /// - Parameter gateway: name of the gateway; each has keys of its own.
    package init(redis: RedisClient, gateway: String, prefix: String = "comm") {
        self.redis = redis
        self.prefix = "\(prefix):handover:\(gateway)"
    }

    /// Marks a message that is about to go out.
    ///
    /// - Throws: `RedisError`.
    func begin(_ id: UUID, scope: HandoverScope) async throws {
        try await mark(id, Self.begun, scope)
    }

    /// Marks a message that was accepted.
    ///
    /// - Throws: `RedisError`.
    func accepted(_ id: UUID, scope: HandoverScope) async throws {
        try await mark(id, Self.accepted, scope)
    }

    /// Takes the mark off a message that certainly was not accepted.
    ///
    /// - Throws: `RedisError`.
    func forget(_ id: UUID, scope: HandoverScope) async throws {
        _ = try await redis.send(RedisCommand("HDEL", [.string(key(scope)), .bytes(Self.field(id))]))
    }

    /// Those of the ids that went out: accepted, or begun and not answered.
    ///
    /// - Throws: `RedisError`.
    func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] {
        guard !ids.isEmpty else { return [:] }
        let reply = try await redis.send(RedisCommand("HMGET", [.string(key(scope))] + ids.map { .bytes(Self.field($0)) }))
        var states: [UUID: HandoverState] = [:]
        for (id, mark) in zip(ids, reply.array ?? []) {
            guard let mark = mark.bytes else { continue }
            states[id] = mark == Self.accepted ? .taken : .interrupted
        }
        return states
    }

    private func mark(_ id: UUID, _ mark: [UInt8], _ scope: HandoverScope) async throws {
        let replies = try await redis.pipeline([
            RedisCommand("HSET", [.string(key(scope)), .bytes(Self.field(id)), .bytes(mark)]),
            RedisCommand("EXPIRE", [.string(key(scope)), .integer(Self.lifetime)]),
        ])
        for reply in replies { _ = try reply.valueOrError() }
    }

    private func key(_ scope: HandoverScope) -> String {
        "\(prefix):\(scope.key)"
    }

    private static func field(_ id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }
}
