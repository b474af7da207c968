import FoundationEssentials
import Redis

/// The platform's hand-over list in Redis.
///
/// A job is pushed at most once per id: one Lua call both marks the id and pushes the job.
package struct DeliveryQueue: Sendable {
    /// How long a pushed id is remembered.
    ///
    /// Longer than any message stays unconfirmed.
    static let markerLifetime = 7 * 24 * 3600
    /// Jobs per script call, so that Redis is never busy for long with one call.
    static let jobsPerCall = 100

    private let redis: RedisClient
    private let list: String
    private let prefix: String

    /// - Parameters:
    ///   - list: name of the list that the platform's workers read (`COMM_DELIVERY_QUEUE`).
    package init(redis: RedisClient, list: String, prefix: String = "comm") {
        self.redis = redis
        self.list = list
        self.prefix = prefix
    }

    /// KEYS: list, set of pushed ids.
    ///
    /// ARGV: lifetime, then id and job in turn. Answers how many were new.
    private static let pushScript = RedisScript(
        """
        local new = {}
        for i = 2, #ARGV, 2 do
            if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
                new[#new + 1] = ARGV[i + 1]
            end
        end
        if #new > 0 then
            redis.call('LPUSH', KEYS[1], unpack(new))
            redis.call('EXPIRE', KEYS[2], ARGV[1])
        end
        return #new
        """
    )

    /// Pushes jobs; an id that was pushed before in the same scope is passed over.
    ///
    /// - Parameter jobs: message id and the job's JSON.
    /// - Returns: how many were new.
    /// - Throws: `RedisError`; part of the jobs may have been pushed then, and a repeat is harmless.
    package func push(_ jobs: [(id: UUID, job: [UInt8])], scope: HandoverScope) async throws -> Int {
        var pushed = 0
        for start in stride(from: 0, to: jobs.count, by: Self.jobsPerCall) {
            var arguments = [Array(String(Self.markerLifetime).utf8)]
            for entry in jobs[start..<min(start + Self.jobsPerCall, jobs.count)] {
                arguments.append(Self.marker(entry.id))
                arguments.append(entry.job)
            }
            let reply = try await redis.eval(Self.pushScript, keys: [list, markers(scope)], arguments: arguments)
            pushed += Int(reply.int ?? 0)
        }
        return pushed
    }

    /// Which of the ids were pushed before, as far as Redis remembers.
    package func pushed(among ids: [UUID], scope: HandoverScope) async throws -> Set<UUID> {
        guard !ids.isEmpty else { return [] }
        let arguments: [RedisArgument] = [.string(markers(scope))] + ids.map { .bytes(Self.marker($0)) }
        let reply = try await redis.send(RedisCommand("SMISMEMBER", arguments))
        guard let flags = reply.array else { return [] }
        return Set(zip(ids, flags).filter { $0.1.int == 1 }.map(\.0))
    }

    /// Jobs that the platform has not taken yet.
    package func length() async throws -> Int {
        Int(try await redis.send(RedisCommand("LLEN", [.string(list)])).int ?? 0)
    }

    /// Whether Redis has lost its memory since the last call: a key that we keep there is gone.
    ///
    /// It is set anew.
    package func hasLostMemory(now: Date) async throws -> Bool {
        let value = String(Int(now.timeIntervalSince1970))
        return !(try await redis.send(RedisCommand("SET", [.string("\(prefix):epoch"), .string(value), "NX"])).isNull)
    }

    private func markers(_ scope: HandoverScope) -> String {
        "\(prefix):handed:\(scope.key)"
    }

    /// The id's 16 bytes: a third of the memory of its text.
    private static func marker(_ id: UUID) -> [UInt8] {
        withUnsafeBytes(of: id.uuid) { Array($0) }
    }
}
