import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What waits is counted without reading it", .database)
struct QueueStatsTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func stats(_ client: PostgresClient, _ tenant: UUID) async throws -> QueueStats {
        try await QueueStatsRepository(client: client, time: time).stats(tenantID: tenant)
    }

    @Test("by class and channel: in hand, waiting with its age, scheduled, deferred, held back; of one's own only")
    func lanes() async throws {
        let bench = try SenderBench(time: time)
        let campaign = try await CampaignFixture.make(on: bench.client, contacts: 250, now: time.now, chunkSize: 100)
        let tenant = campaign.tenantID
        _ = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 3, priority: .emergency, channel: "sms", now: time.now)
        let later = time.now.addingTimeInterval(900)
        _ = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 2, now: time.now, dueAt: later)
        try await bench.expandAll()
        time.advance(by: 30)
        _ = try await ChunkRepository(client: bench.client).claim(owner: "x", lease: 60, now: time.now)
        let found = try await stats(bench.client, tenant)
        #expect(found.lane(priority: 3).active == 100 && found.lane(priority: 3).waiting == 150)
        #expect(found.lane(priority: 0).waiting == 3 && found.lane(channel: "sms").waiting == 3)
        #expect(found.lane(priority: 0).oldestDue == time.now.addingTimeInterval(-30))
        #expect(found.lane(priority: 4).scheduled == 2 && found.total.total == 255 && !found.isLowerBound)
        let other = try await MessageFixture.tenant(on: bench.client, now: time.now)
        #expect(try await stats(bench.client, other).total == QueueStats.Lane())
        #expect(try await stats(TestDatabase.current.client(role: "comm_api"), tenant) == found)

        let pauses = QueuePauseRepository(client: bench.client, time: time)
        _ = try await pauses.pause(tenantID: tenant, draft: QueuePauseDraft(scope: .channel, target: "email"), by: "key:1")
        let held = try await stats(bench.client, tenant)
        #expect(held.lane(priority: 3).held == 150 && held.lane(priority: 3).waiting == 0 && held.lane(priority: 0).waiting == 3)
    }

    @Test("outcomes are counted as they are recorded, by channel and gateway, folded or not, and what came back beside them")
    func outcomes() async throws {
        let bench = try SenderBench(time: time)
        let campaign = try await CampaignFixture.make(on: bench.client, contacts: 4, now: time.now)
        let tenant = campaign.tenantID
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 3, now: time.now)
        bench.gateway.answer { $0.recipient == "person1@example.com" ? .failed(reason: "550 no") : .sent }
        try await bench.expandAll()
        try await bench.drain()
        try await bench.drainExpress()
        // Messages of requests count at once, those of campaigns with the projections.
        #expect(try await stats(bench.client, tenant).ended("sent") == 2)
        let inbox = InboxProcessor(client: bench.client, time: time, logger: .silent)
        _ = try await inbox.processBatch()
        let delivered = Event(
            type: .delivered,
            tenantID: tenant,
            campaignID: nil,
            contactID: nil,
            messageID: fixture.ids[1],
            source: "test",
            occurredAt: time.now
        )
        for _ in 0..<2 {
            _ = try await bench.client.withTransaction { [time] in try await EventRecorder().record([delivered], on: $0, now: time.now) }
        }
        let before = try await stats(bench.client, tenant)
        #expect(
            before.ended == [ChannelTotals(channel: "email", gateway: "recording", outcomes: ["sent": 5, "failed": 2, "delivered": 1])]
        )
        let upkeep = QueueUpkeep(client: bench.client, time: time)
        while try await upkeep.run() {}
        let rows = try await bench.client.query("SELECT count(*) AS n FROM delivery_counter_additions")
        #expect(try rows[0].get("n") as Int == 0)
        #expect(try await stats(bench.client, tenant) == before)
        time.advance(by: 25 * 3_600)
        #expect(try await stats(bench.client, tenant).ended.isEmpty)
        time.advance(by: 401 * 86_400)
        while try await upkeep.run() {}
        #expect(try await bench.client.query("SELECT FROM delivery_counters").isEmpty)
    }

    @Test("folders side by side count each addition once")
    func folding() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        try await bench.client.execute(
            """
            INSERT INTO delivery_counter_additions SELECT \(tenant), date_trunc('hour', \(time.now)::timestamptz, 'UTC'), 'email', 'g' || n % 3, 'sent', 1
            FROM generate_series(1, 3000) AS n
            """
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { while try await DeliveryCounterRepository(client: bench.client).fold() {} } }
            try await group.waitForAll()
        }
        #expect(try await stats(bench.client, tenant).ended("sent") == 3_000)
    }

    @Test("a queue full of a campaign's messages is not read: its chunks are")
    func plan() async throws {
        let bench = try SenderBench(time: time)
        let campaign = try await CampaignFixture.make(on: bench.client, contacts: 20_000, now: time.now)
        try await bench.expandAll()
        try await bench.client.execute("ANALYZE message_queue, queue_chunks")
        let role = TestDatabase.current.client(role: "comm_api")
        let plan = try await role.query(
            "EXPLAIN \(sql: QueueStatsRepository.singles(campaign.tenantID, now: time.now))",
            tenant: campaign.tenantID
        ).map { try $0.get(0) as String }.joined(separator: "\n")
        #expect(!plan.contains("Seq Scan on message_queue_p3"), "\(plan)")
        #expect(try await stats(role, campaign.tenantID).total.waiting == 20_000)
    }
}
