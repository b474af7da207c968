import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Express lanes", .database)
struct ExpressLaneTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func submitter(_ bench: SenderBench) -> MessageSubmitter {
        MessageSubmitter(
            client: bench.client,
            time: time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.client)
        )
    }

    private func makeTenant(_ bench: SenderBench) async throws -> UUID {
        let id = UUIDv7.make(at: time.now)
        try await bench.client.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(id), \(UUID()))")
        return id
    }

    private func send(_ count: Int, type: String = "receipt", tenant: UUID, _ bench: SenderBench) async throws -> BulkMessageReceipt {
        var draft = MessageDraft()
        (draft.messageType, draft.content.subject, draft.content.text) = (type, "Hello {{name}}", "Text")
        let recipients = (0..<count).map { MessageRecipientDraft(address: "p\($0)@example.com", variables: ["name": .text("P\($0)")]) }
        return try await submitter(bench).submit(draft, to: recipients, tenantID: tenant)
    }

    private func outcomes(_ bench: SenderBench) async throws -> [String: Int] {
        let rows = try await bench.client.query("SELECT outcome, count(*) AS n FROM delivery_events GROUP BY 1")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("outcome"), try $0.get("n")) })
    }

    @Test("every message is handed over once, with its own values")
    func once() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        #expect(try await send(1_234, tenant: tenant, bench).queued == 1_234)
        try await bench.drainExpress()
        #expect(bench.gateway.accepted.count == 1_234 && bench.gateway.accepted.values.allSatisfy { $0 == 1 })
        #expect(try await outcomes(bench) == ["sent": 1_234])
        let live: Int = try await bench.client.query("SELECT count(*) AS n FROM message_queue")[0].get("n")
        #expect(live == 0)
    }

    @Test("tenants share a claim, and each has its turn")
    func fair() async throws {
        let bench = try SenderBench(time: time)
        let queue = ExpressRepository(client: bench.client)
        var tenants: [UUID] = []
        for count in [500, 3, 2] {
            let tenant = try await makeTenant(bench)
            _ = try await send(count, tenant: tenant, bench)
            tenants.append(tenant)
        }
        let claim = try #require(try await queue.claim(priority: 4, limit: 90, after: nil, lease: 60, now: time.now))
        let shares = Dictionary(uniqueKeysWithValues: claim.groups.map { ($0.key.tenantID, $0.messages.count) })
        #expect(shares[tenants[0]] == 30 && shares[tenants[1]] == 3 && shares[tenants[2]] == 2)
        let last = try #require(claim.groups.last?.key.tenantID)
        #expect(try await queue.claim(priority: 4, limit: 90, after: last, lease: 60, now: time.now) == nil)
    }

    @Test("tenants that have planned something for later hold up nobody behind them")
    func later() async throws {
        let bench = try SenderBench(time: time)
        for _ in 0..<40 {
            let tenant = try await makeTenant(bench)
            var draft = MessageDraft()
            (draft.content.subject, draft.content.text) = ("Later", "Text")
            draft.sendAt = time.now.addingTimeInterval(3_600)
            _ = try await submitter(bench).submit(draft, to: MessageRecipientDraft(address: "a@example.com"), tenantID: tenant)
        }
        time.advance(by: 1)
        let last = try await makeTenant(bench)
        _ = try await send(1, tenant: last, bench)
        try await bench.drainExpress()
        #expect(bench.gateway.accepted.count == 1)
    }

    @Test("classes do not see each other's messages, and a backlog of one does not hold up another")
    func classes() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        _ = try await send(300, type: "campaign", tenant: tenant, bench)
        _ = try await send(1, type: "emergency", tenant: tenant, bench)
        var after: UUID?
        #expect(try await bench.dispatcher.dispatchExpress(.emergency, after: &after))
        #expect(bench.gateway.accepted.count == 1)
        #expect(try await bench.dispatcher.dispatchExpress(.emergency, after: &after) == false)
        try await bench.drainExpress()
        #expect(bench.gateway.accepted.count == 301)
    }

    @Test("a message whose sender died comes back when its lease is over, and is given up after three of them")
    func poison() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        _ = try await send(1, tenant: tenant, bench)
        let queue = ExpressRepository(client: bench.client)
        for attempt in 0..<3 {
            let claim = try #require(try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now))
            #expect(claim.groups[0].messages[0].attempts == attempt)
            #expect(try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now) == nil)
            time.advance(by: 61)
        }
        try await bench.drainExpress()
        #expect(bench.gateway.accepted.isEmpty)
        #expect(try await outcomes(bench) == ["failed": 1])
    }

    @Test("who lost its lease records nothing")
    func zombie() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        _ = try await send(1, tenant: tenant, bench)
        let zombie = try #require(
            try await ExpressRepository(client: bench.client).claim(priority: 4, limit: 10, after: nil, lease: 60, now: time.now)
        )
        time.advance(by: 61)
        try await bench.drainExpress()
        let log = ExpressLogRepository(client: bench.client, faults: .none)
        let id = zombie.groups[0].messages[0].id
        try await log.record(zombie, outcomes: [id: HandoverOutcome(.failed(reason: "late"))], checks: [:], now: time.now)
        #expect(try await outcomes(bench) == ["sent": 1])
    }

    @Test("a gateway that is away costs a message a pause, which grows, until it is given up")
    func away() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        _ = try await send(1, type: "emergency", tenant: tenant, bench)
        bench.gateway.failNext(10_000)
        var attempts = 0
        let start = time.now
        while try await bench.client.query("SELECT 1 FROM message_queue").count > 0 {
            try await bench.drainExpress()
            attempts += 1
            time.advance(by: 30)
        }
        #expect(time.now.timeIntervalSince(start) > 3_500 && time.now.timeIntervalSince(start) < 3_800)
        #expect(attempts > 60)
        #expect(try await outcomes(bench) == ["failed": 1])
    }

    @Test("what was handed over and lost on the way is handed over again, and closed once it has arrived")
    func reconciled() async throws {
        let bench = try SenderBench(gateway: RecordingGateway(needsConfirmation: true), time: time)
        let tenant = try await makeTenant(bench)
        _ = try await send(3, tenant: tenant, bench)
        try await bench.drainExpress()
        func open() async throws -> Int { try await bench.client.query("SELECT count(*) AS n FROM message_handovers")[0].get("n") }
        #expect(try await open() == 3)
        let lost = try #require(bench.gateway.accepted.keys.first)
        bench.gateway.state.withLock { $0.accepted[lost] = nil }
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        #expect(bench.gateway.accepted.count == 3)
        #expect(try await open() == 3)
        bench.gateway.state.withLock { $0.reportedState = .taken }
        time.advance(by: 61)
        _ = try await bench.reconciler.step()
        #expect(try await open() == 0)
    }

    private func sendChain(_ bench: SenderBench, tenant: UUID) async throws -> UUID {
        var draft = MessageDraft()
        (draft.content.subject, draft.content.text) = ("Taxi", "It is here")
        draft.fallbacks = ["second@example.com", "third@example.com"].map { address in
            var next = MessageFallbackDraft(recipient: MessageRecipientDraft(address: address))
            (next.channel, next.content.subject, next.content.text) = ("email", "Taxi", "It is here")
            return next
        }
        return try await submitter(bench).submit(draft, to: MessageRecipientDraft(address: "first@example.com"), tenantID: tenant).id
    }

    private func taken(_ bench: SenderBench) async throws -> [String] {
        let ids = Array(bench.gateway.accepted.keys)
        return try await bench.client.query("SELECT recipient FROM delivery_events WHERE id = ANY(\(ids)::uuid[]) ORDER BY occurred_at")
            .map { try $0.get("recipient") }
    }

    @Test("the next channel is tried when a message fails, one after the other, and not when it went out")
    func fallbacks() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        bench.gateway.answer { $0.recipient == "third@example.com" ? .sent : .failed(reason: "refused") }
        _ = try await sendChain(bench, tenant: tenant)
        try await bench.drainExpress()
        #expect(try await taken(bench) == ["third@example.com"])
        #expect(try await outcomes(bench) == ["failed": 2, "sent": 1])
        bench.gateway.answer { _ in .unknown(reason: "lost") }
        _ = try await sendChain(bench, tenant: tenant)
        try await bench.drainExpress()
        #expect(try await outcomes(bench) == ["failed": 2, "sent": 1, "unknown": 1])
    }

    @Test("a message that comes back later is followed by the next channel, once")
    func bounced() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await makeTenant(bench)
        let id = try await sendChain(bench, tenant: tenant)
        try await bench.drainExpress()
        let bounce = Event(
            type: .bounced,
            tenantID: tenant,
            campaignID: nil,
            contactID: nil,
            messageID: id,
            source: "test",
            occurredAt: time.now
        )
        for _ in 0..<3 {
            try await bench.client.withTransaction { _ = try await EventRecorder().record([bounce], on: $0, now: time.now) }
            try await bench.drainExpress()
        }
        #expect(Set(try await taken(bench)) == ["first@example.com", "second@example.com"])
    }
}
