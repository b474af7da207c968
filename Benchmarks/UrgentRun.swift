import CommCore
import Foundation
import Postgres

/// Urgent messages while a campaign goes out through a real comm-sender.
struct UrgentRun: Sendable {
    let suite: BenchSuite
    let messages: Int

    struct Result: Sendable {
        /// Of the campaign.
        let perSecond: Double
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
        try await setup.makeCampaign(contacts: messages, newsletter: DispatchRun.newsletter(), on: suite.database)
        let api = try await suite.start("comm-api", portSetting: "COMM_PORT")
        let sender = try await suite.start("comm-sender", portSetting: "COMM_SENDER_PORT")
        do {
            let client = try MessageClient(suite.settings(of: "comm-api"), tenantID: setup.tenantID)
            try await setup.schedule(on: suite.database)
            let started = ContinuousClock.now
            let accepted = try await withThrowingTaskGroup(of: [UUID: Date].self) { group in
                group.addTask { try await send(client) }
                group.addTask {
                    try await waitForCampaign()
                    return [:]
                }
                // The campaign ends first, and with it the urgent ones.
                var accepted: [UUID: Date] = [:]
                while let part = try await group.next() {
                    accepted.merge(part) { first, _ in first }
                    group.cancelAll()
                }
                return accepted
            }
            let seconds = (ContinuousClock.now - started).inSeconds
            let latencies = try await latencies(of: accepted)
            try await sender.stop()
            try await api.stop()
            return Result(perSecond: Double(messages) / seconds, latencies: latencies)
        } catch {
            sender.stopNow()
            api.stopNow()
            throw error
        }
    }

    /// Twenty a second until cancelled.
    private func send(_ client: MessageClient) async throws -> [UUID: Date] {
        let body = #"""
            {"recipient":"oncall@example.com","message_type":"emergency","subject":"Fire","body":"Leave the building",
             "motor_block_id":"019ac000-0000-7000-8000-000000000001"}
            """#
        var accepted: [UUID: Date] = [:]
        while !Task.isCancelled {
            let answer = try await client.post("/api/v1/messages", body)
            accepted[try JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).data.uuid] = Date()
            do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
        }
        return accepted
    }

    /// Drops what comes to the list, as the platform takes it, until the campaign is through.
    private func waitForCampaign() async throws {
        let consumer = DeliveryListConsumer(redis: suite.redis, list: "email_delivery_queue")
        let deadline = ContinuousClock.now + .seconds(300)
        while true {
            try await consumer.dropAll()
            let sent: Int = try await suite.database.query("SELECT coalesce(sum(sent), 0)::bigint AS n FROM campaign_delivery_metrics")[0]
                .get("n")
            if sent >= messages { return }
            guard ContinuousClock.now < deadline else { throw BenchError("only \(sent) of \(messages) were sent within five minutes") }
            try await Task.sleep(for: .milliseconds(20))
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
