import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What is held back waits, and says why", .database)
struct QueuePauseTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func pauses(_ bench: SenderBench) -> QueuePauseRepository { QueuePauseRepository(client: bench.client, time: time) }

    @Test("a paused tenant's campaign and messages wait, another tenant's go, and all go on after the resume")
    func tenant() async throws {
        let bench = try SenderBench(time: time)
        let paused = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        let free = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        _ = try await MessageFixture.make(on: bench.client, tenantID: paused.tenantID, count: 2, now: time.now)
        _ = try await MessageFixture.make(on: bench.client, tenantID: free.tenantID, count: 2, now: time.now)
        try await bench.expandAll()
        _ = try await pauses(bench).pause(tenantID: paused.tenantID, draft: QueuePauseDraft(scope: .tenant, reason: "typo"), by: "key:1")
        try await bench.drain()
        try await bench.drainExpress()
        #expect(try await left(paused.tenantID, bench) == 0)
        #expect(try await left(free.tenantID, bench) == 5)
        let facts = CampaignFactsRepository(client: bench.client, time: time)
        let blocker = try await facts.blockers(tenantID: paused.tenantID, campaignID: paused.campaignID).first
        #expect(blocker?.code == .queuePaused && blocker?.who == "key:1" && blocker?.detail.contains("typo") == true)
        #expect(try await facts.blockers(tenantID: free.tenantID, campaignID: free.campaignID).allSatisfy { $0.code != .queuePaused })

        let ended = try await pauses(bench).resume(tenantID: paused.tenantID, draft: QueuePauseDraft(scope: .tenant), by: "key:2")
        #expect(ended?.endedBy == "key:2")
        #expect(try await pauses(bench).resume(tenantID: paused.tenantID, draft: QueuePauseDraft(scope: .tenant), by: "key:2") == nil)
        try await bench.drain()
        try await bench.drainExpress()
        #expect(try await left(paused.tenantID, bench) == 5)
    }

    @Test("a pause of a channel holds back that channel, and ends by itself")
    func channel() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        _ = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 2, now: time.now)
        let until = time.now.addingTimeInterval(600)
        _ = try await pauses(bench).pause(
            tenantID: tenant,
            draft: QueuePauseDraft(scope: .channel, target: "email", until: until),
            by: "key:1"
        )
        try await bench.drainExpress()
        #expect(try await left(tenant, bench) == 0)
        time.advance(by: 601)
        try await bench.drainExpress()
        #expect(try await left(tenant, bench) == 2)
        _ = try await MessageFixture.make(on: bench.client, tenantID: tenant, now: time.now)
        _ = try await pauses(bench).pause(tenantID: tenant, draft: QueuePauseDraft(scope: .channel, target: "sms"), by: "key:1")
        try await bench.drainExpress()
        #expect(try await left(tenant, bench) == 3)
    }

    @Test("the operator stops everybody at once, or one channel of everybody")
    func everywhere() async throws {
        let bench = try SenderBench(time: time)
        let campaign = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        let other = try await MessageFixture.tenant(on: bench.client, now: time.now)
        _ = try await MessageFixture.make(on: bench.client, tenantID: other, now: time.now)
        try await bench.expandAll()
        for draft in [QueuePauseDraft(scope: .all), QueuePauseDraft(scope: .channel, target: "email", isEverywhere: true)] {
            let stop = try await pauses(bench).pause(tenantID: other, draft: draft, by: "platform")
            #expect(stop.isEverywhere)
            try await bench.drain()
            try await bench.drainExpress()
            #expect(try await [left(other, bench), left(campaign.tenantID, bench)] == [0, 0])
            #expect(try await pauses(bench).list(tenantID: campaign.tenantID) == [stop])
            _ = try await pauses(bench).resume(tenantID: other, draft: draft, by: "platform")
        }
        try await bench.drain()
        try await bench.drainExpress()
        #expect(try await [left(other, bench), left(campaign.tenantID, bench)] == [1, 2])
        let notes = try await bench.client.query("SELECT action FROM audit_logs WHERE resource_type = 'queue_stop' ORDER BY created_at")
        #expect(try notes.map { try $0.get("action") as String } == ["paused", "resumed", "paused", "resumed"])
    }

    @Test("a paused gateway takes nothing: a chunk is given back whole, single messages are put off, and none is used up")
    func gateway() async throws {
        let gateway = RecordingGateway()
        let client = TestDatabase.current.client
        let watch = GatewayPauseWatch(repository: QueuePauseRepository(client: client, time: time), time: time)
        let bench = try SenderBench(gateway: gateway, router: HandoverRouter(gateway, pauses: watch, time: time), time: time)
        let fixture = try await CampaignFixture.make(on: client, contacts: 3, now: time.now)
        let single = try await MessageFixture.make(on: client, tenantID: fixture.tenantID, now: time.now)
        try await bench.expandAll()
        _ = try await pauses(bench).pause(
            tenantID: fixture.tenantID,
            draft: QueuePauseDraft(scope: .gateway, target: "recording"),
            by: "key:1"
        )
        try await bench.drain()
        try await bench.drainExpress()
        #expect(gateway.accepted.isEmpty)
        let chunk = try await client.query("SELECT state, size, due_at FROM queue_chunks")[0]
        #expect(try chunk.get("state") == "open" && chunk.get("size") == 3 && (chunk.get("due_at") as Date?) ?? .distantPast > time.now)
        let blockers = try await CampaignFactsRepository(client: client, time: time)
            .blockers(tenantID: fixture.tenantID, campaignID: fixture.campaignID)
        #expect(blockers.contains { $0.code == .queuePaused && $0.detail == "The gateway recording is paused" })
        let facts = try await MessageStatusRepository(client: client, time: time).status(tenantID: fixture.tenantID, id: single.ids[0])
        #expect(facts.state == .deferred && facts.facts.live?.lastError == "paused: recording")
        _ = try await pauses(bench).resume(
            tenantID: fixture.tenantID,
            draft: QueuePauseDraft(scope: .gateway, target: "recording"),
            by: "key:1"
        )
        time.advance(by: 600)
        try await bench.drain()
        try await bench.drainExpress()
        #expect(gateway.accepted.count == 4)
        #expect(try await bench.status(of: fixture) == "completed")
    }

    @Test("asked again it gets the new reason and end, and every mistake is named")
    func drafts() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let first = try await pauses(bench).pause(tenantID: tenant, draft: QueuePauseDraft(scope: .tenant, reason: "a"), by: "key:1")
        let second = try await pauses(bench).pause(tenantID: tenant, draft: QueuePauseDraft(scope: .tenant, reason: "b"), by: "key:2")
        #expect(first.id == second.id && second.reason == "b" && second.pausedBy == "key:2")
        let wrong: [(QueuePauseDraft, String)] = [
            (QueuePauseDraft(scope: .channel, target: "fax"), "channel"), (QueuePauseDraft(scope: .gateway), "gateway"),
            (QueuePauseDraft(scope: .gateway, target: "No Name"), "gateway"), (QueuePauseDraft(scope: .tenant, until: time.now), "until"),
            (QueuePauseDraft(scope: .tenant, isEverywhere: true), "everywhere"),
            (QueuePauseDraft(scope: .tenant, reason: "a\nb"), "reason"),
        ]
        for (draft, field) in wrong {
            let error = await #expect(throws: QueueError.self) {
                _ = try await self.pauses(bench).pause(tenantID: tenant, draft: draft, by: "key:1")
            }
            #expect(error?.problems.map(\.field) == [field])
        }
    }

    @Test("paused gateways are known by tenant and for everybody, for a second")
    func watch() async throws {
        let bench = try SenderBench(time: time)
        let (one, other) = (
            try await MessageFixture.tenant(on: bench.client, now: time.now),
            try await MessageFixture.tenant(on: bench.client, now: time.now)
        )
        let watch = GatewayPauseWatch(repository: pauses(bench), time: time)
        #expect(await watch.current == .none)
        _ = try await pauses(bench).pause(tenantID: one, draft: QueuePauseDraft(scope: .gateway, target: "ses"), by: "key:1")
        let everywhere = QueuePauseDraft(scope: .gateway, target: "smtp", isEverywhere: true)
        _ = try await pauses(bench).pause(tenantID: one, draft: everywhere, by: "platform")
        #expect(await watch.current == .none)
        time.advance(by: 1)
        let known = await watch.current
        #expect(known.holds("ses", tenantID: one) && !known.holds("ses", tenantID: other))
        #expect(known.holds("smtp", tenantID: one) && known.holds("smtp", tenantID: other))
    }

    /// Messages of a tenant that were handed over.
    private func left(_ tenant: UUID, _ bench: SenderBench) async throws -> Int {
        try await bench.client.query("SELECT count(*) AS n FROM delivery_events WHERE tenant_id = \(tenant) AND outcome = 'sent'")[0].get(
            "n"
        )
    }
}
