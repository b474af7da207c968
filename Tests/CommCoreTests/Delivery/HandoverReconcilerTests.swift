import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("What was handed over is followed until it has arrived", .database)
struct HandoverReconcilerTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func handedOver(contacts: Int) async throws -> (bench: SenderBench, fixture: CampaignFixture) {
        let bench = try SenderBench(gateway: RecordingGateway(needsConfirmation: true), time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: contacts, now: time.now)
        try await bench.expandAll()
        try await bench.drain()
        return (bench, fixture)
    }

    private func openChunks(_ bench: SenderBench) async throws -> Int {
        try await bench.client.query("SELECT FROM queue_chunks").count
    }

    @Test("a campaign completes while its hand-over is still followed; what waits is asked about again later")
    func waiting() async throws {
        let (bench, fixture) = try await handedOver(contacts: 150)
        #expect(try await bench.status(of: fixture) == "completed")
        #expect(try await openChunks(bench) == 2)
        #expect(try await bench.reconciler.step() == 0)
        time.advance(by: 61)
        #expect(try await bench.reconciler.step() == 2)
        #expect(try await openChunks(bench) == 2)
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
    }

    @Test("a chunk that the platform has taken is closed")
    func taken() async throws {
        let (bench, _) = try await handedOver(contacts: 150)
        bench.gateway.state.withLock { $0.reportedState = .taken }
        time.advance(by: 61)
        #expect(try await bench.reconciler.step() == 2)
        #expect(try await openChunks(bench) == 0)
    }

    @Test("what was lost is handed over again, once; who unsubscribed meanwhile is not, and the log is corrected")
    func lost() async throws {
        let (bench, fixture) = try await handedOver(contacts: 10)
        let lost = Array(bench.gateway.accepted.keys.sorted { $0.uuidString < $1.uuidString }.prefix(4))
        bench.gateway.state.withLock { state in for id in lost { state.accepted[id] = nil } }
        try await bench.client.execute(
            "UPDATE contacts SET status = 'unsubscribed' WHERE id = (SELECT contact_id FROM delivery_events WHERE id = \(lost[0]))"
        )
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        #expect(bench.gateway.accepted[lost[0]] == nil)
        #expect(lost.dropFirst().allSatisfy { bench.gateway.accepted[$0] == 1 })
        #expect(try await bench.outcomes(of: fixture) == ["sent": 9, "suppressed:unsubscribe": 1])
        let counters = try await bench.client.query("SELECT sent::int, suppressed::int FROM campaign_delivery_metrics")
        #expect(try counters.first?.get("sent") == 9 as Int?)
        #expect(try counters.first?.get("suppressed") == 1 as Int?)
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
    }

    @Test("a hand-over list that lost its memory moves every check forward")
    func lostMemory() async throws {
        let (bench, _) = try await handedOver(contacts: 10)
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        bench.gateway.state.withLock { $0.lostMemory = true }
        time.advance(by: 30)
        _ = try await bench.reconciler.step()
        time.advance(by: 60)
        #expect(try await bench.reconciler.step() == 1)
    }

    private func openTests(_ bench: SenderBench) async throws -> Int {
        try await bench.client.query("SELECT count(*) AS n FROM message_handovers")[0].get("n")
    }

    @Test("a test of a draft is followed, too: handed over again when it was lost, closed when it has arrived, and it counts nowhere")
    func tests() async throws {
        let bench = try SenderBench(gateway: RecordingGateway(needsConfirmation: true), time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 1, now: time.now, status: "draft")
        let ids = [UUIDv7.make(at: time.now), UUIDv7.make(at: time.now)]
        try await bench.client.withTransaction { connection in
            try await TestRepository.enqueue(
                zip(ids, ["a@ex.test", "b@ex.test"]).map { TestRepository.Message(id: $0, recipient: $1, values: ["A"]) },
                artifactID: fixture.artifactID,
                CampaignScope(tenantID: fixture.tenantID, campaignID: fixture.campaignID, now: time.now),
                on: connection
            )
        }
        try await bench.drainExpress()
        #expect(try await openTests(bench) == 2)
        bench.gateway.state.withLock { $0.accepted[ids[0]] = nil }
        let suppressions = SuppressionRepository(client: bench.client, time: time)
        bench.gateway.state.withLock { $0.accepted[ids[1]] = nil }
        _ = try await suppressions.add(tenantID: fixture.tenantID, draft: SuppressionDraft(email: "b@ex.test", scope: "marketing"))
        time.advance(by: 61)
        #expect(try await bench.reconciler.step() == 1, "both are of one test")
        #expect(bench.gateway.accepted[ids[0]] == 1 && bench.gateway.accepted[ids[1]] == nil)
        #expect(try await bench.outcomes(of: fixture) == ["sent": 1, "suppressed:manual": 1])
        bench.gateway.state.withLock { $0.reportedState = .taken }
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        #expect(try await openTests(bench) == 0)
        let counters = try await bench.client.query("SELECT sent::int, suppressed::int FROM campaign_delivery_metrics")
        #expect(try counters.allSatisfy { try $0.get("sent") == 0 as Int && $0.get("suppressed") == 0 as Int })
    }
}
