import Foundation
import Postgres

/// One campaign through real comm-sender processes.
struct DispatchRun: Sendable {
    let suite: BenchSuite
    let messages: Int
    var senders = 1

    struct Result: Sendable {
        let perSecond: Double
        let jobs: [[UInt8]]
        let senderMemory: Int
    }

    /// About 10 KB of HTML when its links are signed.
    static func newsletter() -> Newsletter {
        Newsletter(bytes: 3_500, links: 10)
    }

    /// Seconds run from the moment the campaign is due to the moment the last job has left the list.
    func measure() async throws -> Result {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeCampaign(contacts: messages, newsletter: Self.newsletter(), on: suite.database)
        var processes: [ChildProcess] = []
        do {
            let first = Int(try suite.settings(of: "comm-sender").required("COMM_SENDER_PORT")) ?? 0
            for number in 0..<senders {
                processes.append(try await suite.start("comm-sender", portSetting: "COMM_SENDER_PORT", port: first + number * 50))
            }
            let consumer = DeliveryListConsumer(redis: suite.redis, list: "email_delivery_queue")
            try await setup.schedule(on: suite.database)
            let started = ContinuousClock.now
            let jobs = try await consumer.consume(messages)
            let seconds = (ContinuousClock.now - started).inSeconds
            try await checkRows()
            let memory = try processes.map { try $0.peakMemory() }.max() ?? 0
            for process in processes { try await process.stop() }
            return Result(perSecond: Double(messages) / seconds, jobs: jobs, senderMemory: memory)
        } catch {
            for process in processes { process.stopNow() }
            throw error
        }
    }

    private func checkRows() async throws {
        let rows = try await suite.platform.query("SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM email_logs")
        let count: Int = try rows[0].get("rows")
        guard count == messages else { throw BenchError("email_logs has \(count) rows, \(messages) were planned") }
    }
}
