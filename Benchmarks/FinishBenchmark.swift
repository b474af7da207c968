import CommCore
import Foundation
import Postgres

/// Claim and finish of messages that go nowhere, by the express lanes and the bulk lanes, beside other queues on the same PostgreSQL.
struct FinishBenchmark {
    let suite: BenchSuite
    let runs: Int
    let python: URL
    /// Program that runs the queues of others.
    let peers: URL

    private static let workers = 3
    private static let messages = 100_000
    /// Messages of a chunk: as many as the other queues take at a time.
    private static let chunkSize = 1_000

    func measure() async throws -> [Measurement] {
        var express: [Double] = []
        var bulk: [Double] = []
        var bare: [Double] = []
        var pgqueuer: [Double] = []
        var pgmq: [Double] = []
        for _ in 0..<runs {
            _ = try await IntakeRun(suite: suite).measure()
            express.append(try await finishingExpress())
            pgqueuer.append(try await peer("pgqueuer"))
            bulk.append(try await finishingBulk())
            pgmq.append(try await peer("pgmq"))
            bare.append(try await BareQueue(suite: suite, messages: Self.messages, workers: Self.workers).measure())
            let finished = [express, pgqueuer, bulk, pgmq, bare].map { String(Int($0.last ?? 0)) }
            report(
                "finish: express, pgqueuer, bulk, pgmq, bare: \(finished.joined(separator: ", ")) a second"
            )
        }
        return [
            Measurement(
                name: "express lanes, claim and finish",
                value: express.median,
                unit: "messages/s",
                limit: pgqueuer.median,
                peer: "pgqueuer, batches of 1,000"
            ),
            Measurement(
                name: "bulk lanes, claim and finish",
                value: bulk.median,
                unit: "messages/s",
                limit: pgmq.median,
                peer: "pgmq, batches of 1,000, no log"
            ),
            Measurement(name: "a bare queue: SKIP LOCKED, DELETE, no log", value: bare.median, unit: "messages/s"),
        ]
    }

    private func peer(_ name: String) async throws -> Double {
        let queue = PeerQueue(
            suite: suite,
            python: python,
            script: peers,
            name: name,
            messages: Self.messages,
            workers: Self.workers
        )
        return try await queue.measure()
    }

    /// Messages per second of a campaign through claim, check, a gateway that does nothing, and record.
    private func finishingBulk() async throws -> Double {
        try await suite.clear()
        let setup = CampaignSetup()
        try await setup.makeCampaign(contacts: Self.messages, newsletter: DispatchRun.newsletter(), on: suite.database)
        try await setup.schedule(on: suite.database)
        let expander = CampaignExpander(
            client: suite.database,
            chunkSize: Self.chunkSize,
            time: SystemTime(),
            faults: .none,
            logger: suite.logger
        )
        while try await expander.step() {}
        return try await finishing { dispatcher in while try await dispatcher.dispatchChunk() {} }
    }

    /// The same of one request, whose messages the intake left in the queue.
    private func finishingExpress() async throws -> Double {
        try await finishing { dispatcher in
            var after: UUID?
            while try await dispatcher.dispatchExpress(.transactional, after: &after) {}
        }
    }

    private func finishing(_ work: @Sendable @escaping (Dispatcher) async throws -> Void) async throws -> Double {
        let dispatcher = Dispatcher(
            stores: try DispatchStores(client: suite.senderDatabase, links: Self.links, faults: .none),
            router: HandoverRouter(NowhereGateway(), time: SystemTime()),
            settings: DispatchSettings(owner: "bench"),
            time: SystemTime(),
            faults: .none
        )
        let waiting: Int = try await suite.database.query("SELECT count(*) AS n FROM message_queue")[0].get("n")
        guard waiting == Self.messages else { throw BenchError("\(waiting) messages wait, \(Self.messages) were asked for") }
        try await suite.database.execute("ANALYZE message_queue")
        let started = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.workers { group.addTask { try await work(dispatcher) } }
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
