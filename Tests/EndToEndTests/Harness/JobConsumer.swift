import Foundation
import Postgres
import Redis
import Synchronization

/// Stands for the platform's workers: takes jobs off the list, marks their rows, and counts every id it was ever given.
///
/// What it takes moves onto a list of its own until it has been counted: a plain pop whose answer is lost with the connection would lose
/// the jobs as well, and the tests would blame the sender for it.
final class JobConsumer: Sendable {
    private struct State {
        var seen: [UUID: Int] = [:]
        var withoutRow: [UUID] = []
        var unreadable = 0
        /// Counted, but perhaps still on the worker's list.
        var counted: Set<UUID> = []
    }

    private struct Job: Decodable {
        let emailId: UUID
    }

    private let redis: PrivateRedis
    private let platform: PostgresClient
    private let queue: String
    private let state = Mutex(State())

    init(redis: PrivateRedis, platform: PostgresClient, queue: String = "email_delivery_queue") {
        self.redis = redis
        self.platform = platform
        self.queue = queue
    }

    /// How often each job id came.
    var seen: [UUID: Int] { state.withLock { $0.seen } }
    /// Jobs that had no row in `email_logs` when they came.
    var withoutRow: [UUID] { state.withLock { $0.withoutRow } }
    var unreadable: Int { state.withLock { $0.unreadable } }

    /// Consumes until cancelled; Redis may come and go.
    func run() async {
        guard let client = try? redis.client() else { return }
        while !Task.isCancelled {
            let taken = (try? await consume(client)) ?? 0
            if taken == 0 { try? await Task.sleep(for: .milliseconds(20)) }
        }
        await client.close()
    }

    /// KEYS: the platform's list, the worker's list.
    ///
    /// ARGV: how many to take. Answers what the worker holds already, if anything.
    private static let take = RedisScript(
        """
        local held = redis.call('LRANGE', KEYS[2], 0, -1)
        if #held > 0 then return held end
        local jobs = redis.call('RPOP', KEYS[1], ARGV[1])
        if not jobs then return {} end
        redis.call('RPUSH', KEYS[2], unpack(jobs))
        return jobs
        """
    )

    private func consume(_ client: RedisClient) async throws -> Int {
        let inHand = "\(queue):in_hand"
        let reply = try await client.eval(Self.take, keys: [queue, inHand], arguments: [Array("200".utf8)])
        guard let jobs = reply.array, !jobs.isEmpty else { return 0 }
        try await count(jobs)
        _ = try await client.send(RedisCommand("DEL", [.string(inHand)]))
        state.withLock { $0.counted = [] }
        return jobs.count
    }

    private func count(_ jobs: [RedisReply]) async throws {
        let given = jobs.compactMap { job -> UUID? in
            guard let bytes = job.bytes, let job = try? JSONDecoder().decode(Job.self, from: Data(bytes)) else { return nil }
            return job.emailId
        }
        let ids = state.withLock { state in given.filter { !state.counted.contains($0) } }
        let rows = try await platform.query(
            "UPDATE email_logs SET status = 'processing' WHERE id = ANY(\(ids)::uuid[]) RETURNING id"
        )
        let known = try Set(rows.map { try $0.get("id") as UUID })
        state.withLock { state in
            state.unreadable += jobs.count - given.count
            for id in ids {
                state.seen[id, default: 0] += 1
                if !known.contains(id) { state.withoutRow.append(id) }
            }
            state.counted.formUnion(ids)
        }
    }
}
