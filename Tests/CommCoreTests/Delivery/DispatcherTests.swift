import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Outbound pipeline", .database)
struct DispatcherTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("a campaign is expanded, sent once to everybody and completed")
    func wholeCampaign() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 250, now: time.now)
        try await bench.expandAll()
        #expect(try await bench.live(of: fixture) == 250)
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 250])
        #expect(bench.gateway.accepted.count == 250)
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
        #expect(try await bench.status(of: fixture) == "completed")
        #expect(try await bench.live(of: fixture) == 0)
    }

    @Test("a campaign larger than a page reaches everybody, each contact once although on two lists")
    func manyPages() async throws {
        let bench = try SenderBench(time: time, chunkSize: 1_000)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 21_500, now: time.now)
        let second = UUID()
        try await bench.client.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(fixture.tenantID), \(second), 'Half', \(time.now))"
        )
        try await bench.client.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT tenant_id, \(second), id, \(time.now) FROM contacts WHERE tenant_id = \(fixture.tenantID) AND name LIKE '%7'
            """
        )
        try await bench.client.execute(
            "UPDATE comm_audience_snapshots SET included_lists = \([fixture.listID, second])::uuid[] WHERE tenant_id = \(fixture.tenantID)"
        )
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 21_500])
        #expect(bench.gateway.accepted.count == 21_500)
        #expect(try await bench.status(of: fixture) == "completed")
    }

    @Test("who unsubscribed, bounced or was suppressed after scheduling is not mailed, and the log says why")
    func lastMomentCheck() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 10, now: time.now)
        try await bench.expandAll()
        try await bench.client.execute("UPDATE contacts SET status = 'unsubscribed' WHERE email = 'person1@example.com'")
        try await bench.client.execute("UPDATE contacts SET status = 'bounced' WHERE email = 'person2@example.com'")
        try await bench.client.execute("UPDATE contacts SET deleted_at = now() WHERE email = 'person3@example.com'")
        for (person, expiry) in [(4, nil), (5, time.now.addingTimeInterval(-1)), (6, time.now.addingTimeInterval(60))] as [(Int, Date?)] {
            try await bench.client.execute(
                """
                INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at, expires_at)
                SELECT tenant_id, gen_random_uuid(), \(fixture.accountID), email, email_norm, 'manual', 'admin', \(time.now), \(expiry)
                FROM contacts WHERE email = \("person\(person)@example.com")
                """
            )
        }
        try await bench.drain()
        #expect(
            try await bench.outcomes(of: fixture)
                == ["sent": 5, "suppressed:unsubscribe": 1, "suppressed:bounce": 1, "suppressed:manual": 2, "skipped:contact_deleted": 1]
        )
        #expect(try await bench.status(of: fixture) == "completed")
    }

    @Test("a gateway that is away uses up nobody: the chunk comes back")
    func gatewayAway() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 30, now: time.now)
        try await bench.expandAll()
        bench.gateway.failNext(1)
        await #expect(throws: RecordingGateway.GatewayAway.self) { try await bench.dispatcher.dispatchChunk() }
        #expect(try await bench.live(of: fixture) == 30)
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 30])
    }

    @Test("a chunk whose sender died is taken over when its lease ends, and what had left is not sent again")
    func takeover() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 20, now: time.now)
        try await bench.expandAll()
        let chunks = ChunkRepository(client: bench.client)
        let dead = try #require(try await chunks.claim(owner: "dead", lease: 60, now: time.now))
        let left = try await MessageRepository(client: bench.client).messages(of: dead, now: time.now).prefix(7).map(\.id)
        bench.gateway.state.withLock { state in for id in left { state.accepted[id] = 1 } }
        // One of those who were handed over already unsubscribes: the log must still say what happened.
        try await bench.client.execute(
            """
            UPDATE contacts SET status = 'unsubscribed' WHERE tenant_id = \(fixture.tenantID)
              AND id = (SELECT contact_id FROM message_queue WHERE id = \(left[0]))
            """
        )
        #expect(try await bench.dispatcher.dispatchChunk() == false)
        time.advance(by: 61)
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 20])
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
    }

    @Test("a sender that wakes up after its lease was taken over records nothing")
    func zombie() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 5, now: time.now)
        try await bench.expandAll()
        let chunks = ChunkRepository(client: bench.client)
        let zombie = try #require(try await chunks.claim(owner: "zombie", lease: 60, now: time.now))
        time.advance(by: 61)
        try await bench.drain()
        let log = DeliveryLogRepository(client: bench.client, faults: .none)
        let recorded = try await log.record(zombie, outcomes: [:], checkAfter: nil, now: time.now)
        #expect(!recorded)
        #expect(try await chunks.renew(zombie, lease: 60, now: time.now) == false)
        #expect(try await bench.outcomes(of: fixture) == ["sent": 5])
    }

    @Test("a newsletter goes before a campaign, but not before one that has waited for a quarter of an hour", arguments: [14, 16])
    func age(minutes: Int) async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now, chunkSize: 1)
        try await bench.expandAll()
        let waiting = time.now.addingTimeInterval(TimeInterval(-60 * minutes))
        try await bench.client.execute("UPDATE queue_chunks SET created_at = \(waiting) WHERE chunk_no = 0")
        try await bench.client.execute("UPDATE queue_chunks SET priority = 2 WHERE chunk_no = 1")
        let first = try #require(try await ChunkRepository(client: bench.client).claim(owner: "one", lease: 60, now: time.now))
        #expect(first.priority == (minutes < 15 ? 2 : 3) && first.campaignID == fixture.campaignID)
    }

    @Test("a deferred message is tried again when due, an old one is given up")
    func deferral() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        let until = time.now.addingTimeInterval(300)
        bench.gateway.answer { message in
            message.recipient == "person1@example.com" ? .deferred(until: until, reason: "451 later") : .sent
        }
        try await bench.expandAll()
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 2])
        #expect(try await bench.status(of: fixture) == "sending")
        time.advance(by: 301)
        bench.gateway.answer { _ in .sent }
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 3])
        #expect(try await bench.status(of: fixture) == "completed")
    }

    @Test("pacing is exact: no chunk before its time, whoever asks")
    func pacing() async throws {
        let bench = try SenderBench(time: time)
        let other = try SenderBench(owner: "other", gateway: bench.gateway, time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 40, now: time.now, chunkSize: 10, delaySeconds: 30)
        try await bench.expandAll()
        for sent in [10, 20, 30] {
            async let first = bench.dispatcher.dispatchChunk()
            async let second = other.dispatcher.dispatchChunk()
            let taken = try await [first, second]
            #expect(taken.count { $0 } == 1)
            #expect(try await bench.outcomes(of: fixture) == ["sent": sent])
            time.advance(by: 29)
            #expect(try await bench.dispatcher.dispatchChunk() == false)
            time.advance(by: 1)
        }
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 40])
    }

    @Test("two tenants take turns, whatever the size of their campaigns")
    func fairness() async throws {
        let bench = try SenderBench(time: time, chunkSize: 10)
        let large = try await CampaignFixture.make(on: bench.client, contacts: 300, now: time.now)
        let small = try await CampaignFixture.make(on: bench.client, contacts: 20, now: time.now)
        try await bench.expandAll()
        for _ in 0..<4 {
            time.advance(by: 1)
            _ = try await bench.dispatcher.dispatchChunk()
        }
        #expect(try await bench.outcomes(of: small) == ["sent": 20])
        #expect(try await bench.outcomes(of: large) == ["sent": 20])
    }

    @Test("a paused campaign sends nothing, a cancelled one ends with everything accounted for")
    func pauseAndCancel() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 250, now: time.now)
        try await bench.expandAll()
        _ = try await bench.dispatcher.dispatchChunk()
        try await bench.client.execute("UPDATE campaigns SET status = 'paused' WHERE id = \(fixture.campaignID)")
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 100])
        try await bench.client.execute("UPDATE campaigns SET status = 'cancelled' WHERE id = \(fixture.campaignID)")
        try await bench.drain()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 100, "skipped:cancelled": 150])
        #expect(try await bench.live(of: fixture) == 0)
    }

    @Test("a message that kills its sender again and again is found and set aside, its neighbours are sent")
    func poison() async throws {
        let bench = try SenderBench(time: time, chunkSize: 10)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 10, now: time.now)
        try await bench.expandAll()
        let chunks = ChunkRepository(client: bench.client)
        let poison: UUID = try #require(
            try await bench.client.query("SELECT id FROM message_queue ORDER BY id OFFSET 4 LIMIT 1").first?.get("id")
        )
        // A sender dies whenever the poison is in its hands; all else is dispatched as usual.
        for _ in 0..<100 where try await bench.live(of: fixture) > 0 {
            time.advance(by: 61)
            let isFirst = try await bench.client.query(
                """
                SELECT FROM (SELECT * FROM queue_chunks WHERE state <> 'handed_over' ORDER BY created_at, chunk_no LIMIT 1) q
                WHERE \(poison) BETWEEN first_id AND last_id AND (crashes < 3)
                """
            )
            if isFirst.isEmpty {
                _ = try await bench.dispatcher.dispatchChunk()
            } else {
                _ = try await chunks.claim(owner: "doomed", lease: 60, now: time.now)
            }
        }
        #expect(try await bench.outcomes(of: fixture) == ["sent": 9, "failed:stopped its sender 3 times": 1])
        #expect(bench.gateway.accepted[poison] == nil)
    }
}
