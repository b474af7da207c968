import Redis
import Synchronization

/// The Redis list that senders push to on the left, and the batches taken from its right.
///
/// A batch is moved to a list of its own in one atomic step and stays there until it is finished, so that a killed engine loses nothing.
final class JobQueue: Sendable {
    /// Jobs in hand, with the list that keeps them.
    struct Batch: Sendable {
        let key: String
        let jobs: [[UInt8]]
        /// Whether an earlier run of the engine had it in hand.
        let isRecovered: Bool
    }

    private let client: RedisClient
    private let list: String
    private let processing: String
    private let lastBatch = Atomic<Int>(0)

    /// Its keys are the list, the batch and the names of batches; its argument is how many to take.
    private static let takeScript = RedisScript(
        """
        local jobs = {}
        for i = 1, tonumber(ARGV[1]) do
            local job = redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'LEFT')
            if not job then break end
            jobs[i] = job
        end
        if #jobs > 0 then redis.call('SADD', KEYS[3], KEYS[2]) end
        return jobs
        """
    )

    /// - Parameter name: of the engine; engines that run at the same time need different ones.
    init(client: RedisClient, list: String, name: String) {
        self.client = client
        self.list = list
        processing = "\(list):processing:\(name)"
    }

    /// Takes up to `limit` jobs, the oldest first; nil when there is none.
    func take(_ limit: Int) async throws -> Batch? {
        let key = "\(processing):\(lastBatch.wrappingAdd(1, ordering: .relaxed).newValue)"
        let reply = try await client.eval(Self.takeScript, keys: [list, key, processing], arguments: [Array("\(limit)".utf8)])
        let jobs = (reply.array ?? []).compactMap(\.bytes)
        return jobs.isEmpty ? nil : Batch(key: key, jobs: jobs, isRecovered: false)
    }

    /// Forgets a batch all of whose jobs have been recorded.
    func finish(_ batch: Batch) async throws {
        for reply in try await client.pipeline([["DEL", batch.key], ["SREM", processing, batch.key]]) {
            _ = try reply.valueOrError()
        }
    }

    /// The batches that an earlier run left; to be called before the first `take`.
    func leftovers() async throws -> [Batch] {
        let names = try await client.send(["SMEMBERS", processing]).array ?? []
        var batches: [Batch] = []
        for key in names.compactMap(\.string) {
            let jobs = try await client.send(["LRANGE", key, "0", "-1"]).array ?? []
            batches.append(Batch(key: key, jobs: jobs.compactMap(\.bytes), isRecovered: true))
            // Numbers go on behind those still in use.
            let number = Int(key.split(separator: ":").last ?? "") ?? 0
            lastBatch.max(number, ordering: .relaxed)
        }
        return batches
    }

    /// Puts a job on the list, as a sender does.
    func push(_ job: [UInt8]) async throws {
        _ = try await client.send(RedisCommand("LPUSH", [.string(list), .bytes(job)]))
    }

    /// How many jobs wait.
    func length() async throws -> Int {
        Int(try await client.send(["LLEN", list]).int ?? 0)
    }
}
