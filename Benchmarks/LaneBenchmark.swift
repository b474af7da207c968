import CommCore
import Foundation
import Postgres

/// The express lanes: claim and finish of messages that go nowhere, the intake of a bulk request, and how long an urgent message takes
/// while a campaign drains.
struct LaneBenchmark {
    let suite: BenchSuite
    let messages: Int
    let runs: Int

    private static let workers = 3

    func measure() async throws -> [Measurement] {
        var finished: [Double] = []
        var bare: [Double] = []
        var intake: [Double] = []
        var latencies: [Double] = []
        var withUrgent: [Double] = []
        var without: [Double] = []
        for _ in 0..<runs {
            intake.append(try await IntakeRun(suite: suite).measure())
            finished.append(try await finishing())
            bare.append(try await BareQueue(suite: suite, messages: 100_000, workers: Self.workers).measure())
            without.append(try await DispatchRun(suite: suite, messages: messages).measure().perSecond)
            let urgent = try await UrgentRun(suite: suite, messages: messages).measure()
            withUrgent.append(urgent.perSecond)
            latencies += urgent.latencies
            report(
                "lanes: intake \(intake.last ?? 0) s, finish \(Int(finished.last ?? 0))/s, bare \(Int(bare.last ?? 0))/s, "
                    + "P0 p99 \(urgent.latencies.percentile(99) * 1_000) ms of \(urgent.latencies.count)"
            )
        }
        return [
            Measurement(name: "bulk request of 100,000 recipients", value: intake.median, unit: "s", limit: 5, peer: "the goal"),
            Measurement(
                name: "express lanes, claim and finish",
                value: finished.median,
                unit: "messages/s",
                limit: bare.median,
                peer: "a bare queue: SKIP LOCKED, DELETE, no log"
            ),
            Measurement(name: "P0 beside a campaign, p50", value: latencies.percentile(50) * 1_000, unit: "ms"),
            Measurement(
                name: "P0 beside a campaign, p99",
                value: latencies.percentile(99) * 1_000,
                unit: "ms",
                limit: 100,
                peer: "the goal, from the 202 to the record of the hand-over"
            ),
            Measurement(name: "campaign beside P0", value: withUrgent.median, unit: "messages/s", limit: without.median, peer: "without"),
        ]
    }

    /// Messages per second through claim, check, a gateway that does nothing, and record; the queue holds 100,000 of one request.
    private func finishing() async throws -> Double {
        let dispatcher = Dispatcher(
            stores: try DispatchStores(client: suite.database, links: Self.links, faults: .none),
            router: HandoverRouter(NowhereGateway(), time: SystemTime()),
            settings: DispatchSettings(owner: "bench"),
            time: SystemTime(),
            faults: .none
        )
        let waiting: Int = try await suite.database.query("SELECT count(*) AS n FROM message_queue")[0].get("n")
        guard waiting == 100_000 else { throw BenchError("\(waiting) messages wait, 100000 were asked for") }
        try await suite.database.execute("ANALYZE message_queue")
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.workers {
                group.addTask {
                    var after: UUID?
                    while try await dispatcher.dispatchExpress(.transactional, after: &after) {}
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - started).inSeconds
        let done: Int = try await suite.database.query("SELECT count(*) AS n FROM delivery_events WHERE outcome = 'sent'")[0].get("n")
        guard done == waiting else { throw BenchError("\(done) of \(waiting) messages were recorded") }
        return Double(done) / seconds
    }

    private static let links = LinkSettings(
        publicBase: "https://comm.example.com",
        trackingBase: "https://track.example.com",
        fromAddress: "news@example.com",
        unsubscribeMailto: "unsubscribe@example.com",
        signingSecret: Secret("a secret of the benchmarks that is long enough")
    )
}

/// Takes everything at once.
private struct NowhereGateway: Gateway {
    let name = "nowhere"
    let needsConfirmation = false

    func hasRoom() async throws -> Bool { true }
    func states(of ids: [UUID], scope: HandoverScope) async throws -> [UUID: HandoverState] { [:] }
    func hasLostMemory(now: Date) async throws -> Bool { false }
    func handOver(_ batch: HandoverBatch) async throws -> [Disposition] { batch.messages.map { _ in .sent } }
}

extension [Double] {
    /// NaN of nothing.
    func percentile(_ percent: Double) -> Double {
        guard !isEmpty else { return .nan }
        return sorted()[Swift.min(count - 1, Int((Double(count) * percent / 100).rounded(.up)) - 1)]
    }
}
