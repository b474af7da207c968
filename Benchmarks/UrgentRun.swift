import CommCore
import Foundation
import Postgres

/// Urgent messages while a campaign of any size goes out through a real comm-sender.
///
/// Times with and without them alternate in the same run, so that whatever else the machine does meets both.
struct UrgentRun: Sendable {
    let suite: BenchSuite
    /// Messages of the campaign that wait in the queue when the first window begins.
    let waiting: Int

    private static let windows = 3
    private static let window = Duration.seconds(15)

    struct Result: Sendable {
        /// Messages of the campaign a second, while urgent ones are sent.
        let perSecond: Double
        /// The same without them.
        let perSecondAlone: Double
        /// Seconds from a message's 202 to the record of its hand-over.
        let latencies: [Double]
    }

    private struct Answer: Decodable {
        struct Receipt: Decodable {
            let uuid: UUID
        }

        let data: Receipt
    }

    func measure() async throws -> Result {
        try await suite.clear()
        let setup = CampaignSetup()
        // More than wait then: some leave while the rest is expanded.
        try await setup.makeCampaign(contacts: waiting + waiting / 5, newsletter: DispatchRun.newsletter(), on: suite.database)
        let api = try await suite.start("comm-api", portSetting: "COMM_PORT")
        let sender = try await suite.start("comm-sender", portSetting: "COMM_SENDER_PORT")
        do {
            let client = try MessageClient(suite.settings(of: "comm-api"), tenantID: setup.tenantID)
            try await setup.schedule(on: suite.database)
            let result = try await withThrowingTaskGroup(of: Result?.self) { group in
                group.addTask {
                    try await takeJobs()
                    return nil
                }
                group.addTask {
                    try await fillQueue()
                    return try await compare(client)
                }
                defer { group.cancelAll() }
                while let part = try await group.next() { if let part { return part } }
                throw BenchError("the run ended without a result")
            }
            try await sender.stop()
            try await api.stop()
            return result
        } catch {
            sender.stopNow()
            api.stopNow()
            throw error
        }
    }

    private func fillQueue() async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while try await isExpanding() {
            guard ContinuousClock.now < deadline else { throw BenchError("the campaign was not expanded within ten minutes") }
            try await Task.sleep(for: .milliseconds(500))
        }
        let count: Int = try await suite.database.query("SELECT count(*) AS n FROM message_queue WHERE priority = 3")[0].get("n")
        report("lanes: \(count) messages of the campaign wait")
        guard count >= waiting else { throw BenchError("only \(count) messages wait, \(waiting) were asked for") }
    }

    private func isExpanding() async throws -> Bool {
        try await suite.database.query("SELECT FROM campaign_expansions WHERE finished_at IS NOT NULL").isEmpty
    }

    private func compare(_ client: MessageClient) async throws -> Result {
        var (alone, beside) = (0.0, 0.0)
        var accepted: [UUID: Date] = [:]
        for _ in 0..<Self.windows {
            alone += try await rate { try await Task.sleep(for: Self.window) }
            beside += try await rate { accepted.merge(try await send(client)) { first, _ in first } }
        }
        return Result(
            perSecond: beside / Double(Self.windows),
            perSecondAlone: alone / Double(Self.windows),
            latencies: try await latencies(of: accepted)
        )
    }

    /// Messages of the campaign that leave in a second, while something else is done.
    private func rate(_ body: () async throws -> Void) async throws -> Double {
        let before = try await sent()
        let started = ContinuousClock.now
        try await body()
        return Double(try await sent() - before) / (ContinuousClock.now - started).inSeconds
    }

    private func sent() async throws -> Int {
        try await suite.database.query("SELECT coalesce(sum(sent), 0)::bigint AS n FROM campaign_delivery_metrics")[0].get("n")
    }

    /// Twenty a second for a window.
    private func send(_ client: MessageClient) async throws -> [UUID: Date] {
        let body = #"""
            {"recipient":"oncall@example.com","message_type":"emergency","subject":"Fire","body":"Leave the building",
             "motor_block_id":"019ac000-0000-7000-8000-000000000001"}
            """#
        var accepted: [UUID: Date] = [:]
        let end = ContinuousClock.now + Self.window
        while ContinuousClock.now < end {
            let answer = try await client.post("/api/v1/messages", body)
            accepted[try JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).data.uuid] = Date()
            try await Task.sleep(for: .milliseconds(50))
        }
        return accepted
    }

    /// Drops what comes to the list, as the platform takes it, until cancelled.
    private func takeJobs() async throws {
        let consumer = DeliveryListConsumer(redis: suite.redis, list: "email_delivery_queue")
        while !Task.isCancelled {
            try await consumer.dropAll()
            do { try await Task.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    private func latencies(of accepted: [UUID: Date]) async throws -> [Double] {
        let ids = Array(accepted.keys)
        for _ in 0..<200 {
            let rows = try await suite.database.query("SELECT id, occurred_at FROM delivery_events WHERE id = ANY(\(ids)::uuid[])")
            guard rows.count == ids.count else {
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            return try rows.map { row in
                let id: UUID = try row.get("id")
                let at: Date = try row.get("occurred_at")
                return max(0, at.timeIntervalSince(accepted[id] ?? at))
            }
        }
        throw BenchError("urgent messages were not handed over within ten seconds")
    }
}
