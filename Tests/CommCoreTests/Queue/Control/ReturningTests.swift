import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What a sender leaves behind comes back by itself; what is over is cleared away", .database)
struct ReturningTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("a message of an express lane whose lease ran out is claimed again, once, and says what happened")
    func express() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(on: bench.client, tenantID: tenant, now: time.now)
        let queue = ExpressRepository(client: bench.client)
        let first = try #require(try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now))
        #expect(try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now) == nil)
        time.advance(by: 61)
        let second = try #require(try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now))
        #expect(second.groups.first?.messages.first?.lastError == QueuedMessage.stopped && second.token != first.token)
        // The first sender comes back too late: it records nothing.
        let late = ExpressLogRepository(client: bench.client, faults: .none)
        try await late.record(first, outcomes: [fixture.ids[0]: HandoverOutcome(.failed(reason: "late"))], checks: [:], now: time.now)
        #expect(try await bench.client.query("SELECT FROM delivery_events").isEmpty)
        #expect(try await bench.client.query("SELECT FROM delivery_counter_additions").isEmpty)
    }

    @Test("a message of a campaign that was put off, and whose lease ran out, is claimed again")
    func single() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 1, now: time.now)
        bench.gateway.answer { [time] _ in .deferred(until: time.now, reason: "451 later") }
        try await bench.expandAll()
        _ = try await bench.dispatcher.dispatchChunk()
        let messages = MessageRepository(client: bench.client)
        #expect(try await messages.claimDue(limit: 10, lease: 60, now: time.now)?.messages.count == 1)
        #expect(try await messages.claimDue(limit: 10, lease: 60, now: time.now) == nil)
        time.advance(by: 61)
        #expect(try await messages.claimDue(limit: 10, lease: 60, now: time.now)?.messages.count == 1)
        #expect(try await bench.live(of: fixture) == 1)
    }

    @Test("a chunk whose lease ran out is claimed again with a new token; the old holder renews and records nothing")
    func chunk() async throws {
        let bench = try SenderBench(time: time)
        _ = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        try await bench.expandAll()
        let chunks = ChunkRepository(client: bench.client)
        let first = try #require(try await chunks.claim(owner: "a", lease: 60, now: time.now))
        time.advance(by: 61)
        let second = try #require(try await chunks.claim(owner: "b", lease: 60, now: time.now))
        #expect(second.attempts == 2 && second.crashes == 1)
        #expect(try await !chunks.renew(first, lease: 60, now: time.now))
        let log = DeliveryLogRepository(client: bench.client, faults: .none)
        #expect(try await !log.record(first, outcomes: [:], checkAfter: nil, now: time.now))
    }

    @Test("what has expired leaves, pauses and retries that are over are deleted, and the act is noted; of one's own only")
    func cleanUp() async throws {
        let bench = try SenderBench(time: time)
        let client = bench.client
        let (tenant, other) = (
            try await MessageFixture.tenant(on: client, now: time.now), try await MessageFixture.tenant(on: client, now: time.now)
        )
        let end = time.now.addingTimeInterval(600)
        let over = try await MessageFixture.make(on: client, tenantID: tenant, count: 3, now: time.now, expiresAt: end)
        let kept = try await MessageFixture.make(on: client, tenantID: tenant, now: time.now)
        _ = try await MessageFixture.make(on: client, tenantID: other, now: time.now, expiresAt: end)
        let pauses = QueuePauseRepository(client: client, time: time)
        _ = try await pauses.pause(tenantID: tenant, draft: QueuePauseDraft(scope: .tenant), by: "key:1")
        _ = try await pauses.pause(tenantID: tenant, draft: QueuePauseDraft(scope: .channel, target: "sms", until: end), by: "key:1")
        time.advance(by: 601)
        let blockers = try await MessageStatusRepository(client: client, time: time).status(tenantID: tenant, id: over.ids[0]).blockers
        #expect(blockers.map(\.code).prefix(2) == [.expired, .queuePaused])
        let role = TestDatabase.current.client(role: "comm_api")
        let upkeep = QueueUpkeep(client: role, time: time)
        let report = try await upkeep.cleanUp(tenantID: tenant, olderThanDays: 0, by: "key:1")
        #expect(report == QueueUpkeep.Report(expiredMessages: 3, endedPauses: 1, finishedRetries: 0, isMore: false))
        #expect(try await upkeep.cleanUp(tenantID: tenant, olderThanDays: 0, by: "key:1") == QueueUpkeep.Report())
        let status = try await MessageStatusRepository(client: client, time: time).status(tenantID: tenant, id: over.ids[0])
        #expect(status.state == .expired)
        let live: [UUID] = try await client.query("SELECT id FROM message_queue WHERE tenant_id = \(tenant)").map { try $0.get("id") }
        #expect(live == kept.ids)
        #expect(try await client.query("SELECT FROM message_queue WHERE tenant_id = \(other)").count == 1)
        let notes = try await client.query("SELECT FROM audit_logs WHERE action = 'cleaned_up'")
        #expect(notes.count == 1)
    }

    @Test("a pause whose time is over is ended by comm-stats, and forgotten after 90 days")
    func pauses() async throws {
        let client = TestDatabase.current.client
        let tenant = try await MessageFixture.tenant(on: client, now: time.now)
        let pauses = QueuePauseRepository(client: client, time: time)
        let draft = QueuePauseDraft(scope: .tenant, until: time.now.addingTimeInterval(60))
        _ = try await pauses.pause(tenantID: tenant, draft: draft, by: "key:1")
        let upkeep = QueueUpkeep(client: TestDatabase.current.client(role: "comm_worker"), time: time)
        while try await upkeep.run() {}
        #expect(try await pauses.list(tenantID: tenant).count == 1)
        time.advance(by: 61)
        while try await upkeep.run() {}
        #expect(try await pauses.list(tenantID: tenant).isEmpty)
        #expect(try await pauses.list(tenantID: tenant, includingEnded: true).map(\.endedBy) == ["time"])
        time.advance(by: 91 * 86_400)
        while try await upkeep.run() {}
        #expect(try await pauses.list(tenantID: tenant, includingEnded: true).isEmpty)
    }
}
