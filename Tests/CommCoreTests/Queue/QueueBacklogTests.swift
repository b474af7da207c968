import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What waits in the pipelines can be measured", .database)
struct QueueBacklogTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test func `an idle system has no backlog`() async throws {
        let client = TestDatabase.current.client
        let backlog = try await QueueBacklogRepository(client: client).measure(now: time.now)
        #expect(
            backlog == QueueBacklog(bulkMessages: 0, singleMessages: 0, oldestSingleAge: 0, unconfirmedMessages: 0, oldestUnconfirmedAge: 0)
        )
        #expect(try await InboxBacklog.measure(on: client, now: time.now) == InboxBacklog(oldestAge: 0))
    }

    @Test func `planned, deferred and unconfirmed messages are told apart, with their ages`() async throws {
        let bench = try SenderBench(gateway: RecordingGateway(needsConfirmation: true), time: time)
        _ = try await CampaignFixture.make(on: bench.client, contacts: 150, now: time.now)
        let queue = QueueBacklogRepository(client: bench.client)
        try await bench.expandAll()
        #expect(try await queue.measure(now: time.now).bulkMessages == 150)

        try await bench.drain()
        let handedOver = try await queue.measure(now: time.now.addingTimeInterval(90))
        #expect((handedOver.bulkMessages, handedOver.unconfirmedMessages) == (0, 150))
        #expect(handedOver.oldestUnconfirmedAge == 90)

        try await bench.client.execute(
            """
            INSERT INTO message_queue (tenant_id, priority, id, recipient, in_chunk, due_at, is_test)
            SELECT tenant_id, 4, gen_random_uuid(), 'a@b.test', false, \(time.now), true FROM tenants LIMIT 1
            """
        )
        let waiting = try await queue.measure(now: time.now.addingTimeInterval(30))
        #expect((waiting.singleMessages, waiting.oldestSingleAge) == (1, 30))
        #expect(try await queue.measure(now: time.now.addingTimeInterval(-30)).oldestSingleAge == 0)
    }

    @Test func `the age of the inbox is that of its oldest fact`() async throws {
        let client = TestDatabase.current.client
        let rows = [60.0, 5].map { age in
            InboxRepository.NewRow(id: UUID(), source: "tracking", payload: "{}", receivedAt: time.now.addingTimeInterval(-age))
        }
        try await InboxRepository.insert(rows, on: client)
        #expect(try await InboxBacklog.measure(on: client, now: time.now).oldestAge == 60)
    }
}
