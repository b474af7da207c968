import CommCore
import Redis

/// What matters about Redis: that it is there, keeps what it acknowledged, and never throws a job away.
struct RedisExamination: Sendable {
    let configuration: ControlConfiguration

    func findings() async -> [Finding] {
        let client = RedisClient(configuration: configuration.redis, logger: OperatorSession.logger)
        let found: [Finding]
        do {
            found = try await examine(client)
        } catch {
            found = [.broken("Redis", "\(error). Campaigns pause until it is back; nothing is lost")]
        }
        await client.close()
        return found
    }

    private func examine(_ client: RedisClient) async throws -> [Finding] {
        let server = try await info(client, section: "server")
        let memory = try await info(client, section: "memory")
        let persistence = try await info(client, section: "persistence")
        let length = try await client.send(RedisCommand("LLEN", [.string(configuration.deliveryQueue)])).int ?? 0
        return [
            .good("Redis", "version \(server["redis_version"] ?? "?"), \(memory["used_memory_human"] ?? "?") in use"),
            Self.durability(persistence),
            Self.eviction(memory["maxmemory_policy"]),
            .good("hand-over", "\(length) jobs wait in \(configuration.deliveryQueue)"),
        ]
    }

    private func info(_ client: RedisClient, section: String) async throws -> [String: String] {
        Self.fields(of: try await client.send(RedisCommand("INFO", [.string(section)])).string ?? "")
    }

    /// The `name:value` lines of an INFO answer.
    static func fields(of text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        return fields
    }

    static func durability(_ persistence: [String: String]) -> Finding {
        guard persistence["aof_enabled"] == "1" else {
            return .advice(
                "Redis",
                "keeps no append-only file: a restart forgets the jobs that wait, and they are handed over again from the database. "
                    + "Set appendonly yes"
            )
        }
        guard persistence["aof_last_write_status"] != "err" else {
            return .broken("Redis", "cannot write its append-only file; look at its disk")
        }
        return .good("Redis", "the append-only file is on")
    }

    static func eviction(_ policy: String?) -> Finding {
        guard let policy, policy != "noeviction" else { return .good("Redis", "throws nothing away when memory is short") }
        return .advice("Redis", "maxmemory-policy is \(policy): under pressure it may throw jobs away. Set maxmemory-policy noeviction")
    }
}
