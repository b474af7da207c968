import Foundation
import Postgres
import Redis
import Synchronization

/// Stands for the platform's workers: takes jobs off the list, marks their rows, and counts every id it was ever given.
final class JobConsumer: Sendable {
    private struct State {
        var seen: [UUID: Int] = [:]
        var withoutRow: [UUID] = []
        var unreadable = 0
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

    private func consume(_ client: RedisClient) async throws -> Int {
        let reply = try await client.send(RedisCommand("RPOP", [.string(queue), "200"]))
        guard let jobs = reply.array, !jobs.isEmpty else { return 0 }
        let ids = jobs.compactMap { job -> UUID? in
            guard let bytes = job.bytes, let job = try? JSONDecoder().decode(Job.self, from: Data(bytes)) else { return nil }
            return job.emailId
        }
        let rows = try await platform.query(
            "UPDATE email_logs SET status = 'processing' WHERE id = ANY(\(ids)::uuid[]) RETURNING id"
        )
        let known = try Set(rows.map { try $0.get("id") as UUID })
        state.withLock { state in
            state.unreadable += jobs.count - ids.count
            for id in ids {
                state.seen[id, default: 0] += 1
                if !known.contains(id) { state.withoutRow.append(id) }
            }
        }
        return jobs.count
    }
}
