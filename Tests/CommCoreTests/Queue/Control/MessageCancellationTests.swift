import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Taking a message back", .database)
struct MessageCancellationTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func cancellation(_ client: PostgresClient) -> MessageCancellation { MessageCancellation(client: client, time: time) }

    private func refusal(_ bench: SenderBench, _ tenant: UUID, _ id: UUID) async -> QueueError? {
        await #expect(throws: QueueError.self) { try await self.cancellation(bench.client).cancel(tenantID: tenant, id: id) }
    }

    @Test("what waits leaves as cancelled, is never sent, is counted and noted")
    func waiting() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 2, now: time.now)
        try await cancellation(bench.client).cancel(tenantID: tenant, id: fixture.ids[0])
        try await bench.drainExpress()
        #expect(bench.gateway.accepted.keys.sorted { $0.uuidString < $1.uuidString } == [fixture.ids[1]])
        let status = try await MessageStatusRepository(client: bench.client, time: time).status(tenantID: tenant, id: fixture.ids[0])
        #expect(status.state == .cancelled && status.explanation == "cancelled" && status.events.map(\.type) == ["queued", "skipped"])
        let again = await refusal(bench, tenant, fixture.ids[0])
        #expect(again?.code == .alreadyLeft && again?.state == .cancelled)
        let sent = await refusal(bench, tenant, fixture.ids[1])
        #expect(sent?.code == .alreadyLeft && sent?.state == .sent)
        let stats = try await QueueStatsRepository(client: bench.client, time: time).stats(tenantID: tenant)
        #expect(stats.ended("skipped") == 1 && stats.ended("sent") == 1)
    }

    @Test("an id that is nobody's, or another tenant's, is not found")
    func notFound() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let other = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, now: time.now)
        for id in [fixture.ids[0], UUID(), UUIDv7.make(at: time.now)] {
            let error = await refusal(bench, other, id)
            #expect(error?.code == .notFound)
        }
    }

    @Test("what a sender has in hand is refused, also after its lease ran out: it may have left")
    func leased() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, now: time.now)
        let queue = ExpressRepository(client: bench.client)
        let claim = try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now)
        #expect(claim?.count == 1)
        #expect(await refusal(bench, tenant, fixture.ids[0])?.code == .inFlight)
        time.advance(by: 61)
        #expect(await refusal(bench, tenant, fixture.ids[0])?.code == .inFlight)
        // The next sender asks the gateway, and only then it is known.
        try await bench.drainExpress()
        #expect(await refusal(bench, tenant, fixture.ids[0])?.state == .sent)
    }

    @Test("what a gateway has put off can be taken back, what a missing store broke off cannot")
    func deferred() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 2, now: time.now)
        bench.gateway.answer { [time] _ in .deferred(until: time.now.addingTimeInterval(60), reason: "451 later") }
        try await bench.drainExpress()
        try await bench.client.execute("UPDATE message_queue SET last_error = \(QueuedMessage.storeAway) WHERE id = \(fixture.ids[1])")
        try await cancellation(bench.client).cancel(tenantID: tenant, id: fixture.ids[0])
        #expect(await refusal(bench, tenant, fixture.ids[1])?.code == .inFlight)
    }

    @Test("a campaign's message leaves its chunk, and the balance still closes")
    func inChunk() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now, chunkSize: 2)
        try await bench.expandAll()
        let ids: [UUID] = try await bench.client.query("SELECT id FROM message_queue ORDER BY id").map { try $0.get("id") }
        for id in [ids[0], ids[2]] { try await cancellation(bench.client).cancel(tenantID: fixture.tenantID, id: id) }
        let chunks = try await bench.client.query("SELECT size FROM queue_chunks")
        #expect(try chunks.map { try $0.get("size") as Int } == [1])
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 1, "skipped:cancelled": 2])
        #expect(try await bench.status(of: fixture) == "completed")
        let facts = try await bench.client.query("SELECT count(*) AS n FROM event_inbox WHERE source = 'dispatch'")
        #expect(try facts[0].get("n") as Int == 3)
    }

    @Test("of a chunk that a sender has begun nothing is taken back")
    func begunChunk() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        try await bench.expandAll()
        let id: UUID = try await bench.client.query("SELECT id FROM message_queue ORDER BY id LIMIT 1")[0].get("id")
        let chunks = ChunkRepository(client: bench.client)
        let chunk = try #require(try await chunks.claim(owner: "x", lease: 60, now: time.now))
        #expect(await refusal(bench, fixture.tenantID, id)?.code == .inFlight)
        try await chunks.release(chunk)
        #expect(await refusal(bench, fixture.tenantID, id)?.code == .inFlight)
    }

    @Test("senders and those who take back, all at once: each message ends once, and what was taken back was not sent", arguments: 0..<3)
    func race(round: Int) async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 60, now: time.now)
        let cancelled = try await withThrowingTaskGroup(of: UUID?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await bench.drainExpress(); return nil
                }
            }
            for id in fixture.ids.shuffled() {
                group.addTask {
                    do {
                        try await self.cancellation(bench.client).cancel(tenantID: tenant, id: id)
                        return id
                    } catch let error as QueueError where [.inFlight, .alreadyLeft].contains(error.code) {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: Set<UUID>()) { if let id = $1 { $0.insert(id) } }
        }
        try await bench.drainExpress()
        let sent = Set(bench.gateway.accepted.keys)
        #expect(sent.isDisjoint(with: cancelled) && sent.union(cancelled) == Set(fixture.ids))
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
        let rows = try await bench.client.query("SELECT count(*) AS n FROM delivery_events")
        #expect(try rows[0].get("n") as Int == 60)
    }

    @Test("as the API's role, under row-level security")
    func role() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, now: time.now)
        let campaign = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        try await bench.expandAll()
        let role = TestDatabase.current.client(role: "comm_api")
        try await cancellation(role).cancel(tenantID: tenant, id: fixture.ids[0])
        let id: UUID = try await bench.client.query("SELECT id FROM message_queue WHERE campaign_id IS NOT NULL LIMIT 1")[0].get("id")
        try await cancellation(role).cancel(tenantID: campaign.tenantID, id: id)
        let rows = try await bench.client.query("SELECT count(*) AS n FROM delivery_events WHERE reason = 'cancelled'")
        #expect(try rows[0].get("n") as Int == 2)
    }
}
