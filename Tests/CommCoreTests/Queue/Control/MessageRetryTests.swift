import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Trying failed messages of requests again", .database)
struct MessageRetryTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private func retries(_ bench: SenderBench) -> MessageRetryRepository { MessageRetryRepository(client: bench.client, time: time) }

    /// Four messages of one request: sent, rejected, expired, unknown.
    private func failed(_ bench: SenderBench, _ tenant: UUID, expiresAt: Date? = nil) async throws -> MessageFixture {
        let fixture = try await MessageFixture.make(
            on: bench.client,
            tenantID: tenant,
            count: 4,
            priority: .alert,
            now: time.now,
            expiresAt: expiresAt
        )
        bench.gateway.answer { message in
            switch message.recipient {
            case "person2@example.com": .failed(reason: "550 5.1.1 no such user")
            case "person3@example.com": .failed(reason: "expired: 451 later")
            case "person4@example.com": .unknown(reason: "connection lost")
            default: .sent
            }
        }
        try await bench.drainExpress()
        return fixture
    }

    private func retryAll(_ bench: SenderBench) async throws {
        let retrier = CampaignRetrier(client: bench.client, time: time, logger: .silent)
        while try await retrier.step() {}
    }

    private func outcomes(_ bench: SenderBench) async throws -> [String: Int] {
        let rows = try await bench.client.query("SELECT outcome, count(*)::int AS n FROM delivery_events GROUP BY 1")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("outcome") as String, try $0.get("n") as Int) })
    }

    @Test("only the named classes come back, under their ids and in their own class of the queue; history is kept")
    func classes() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await failed(bench, tenant)
        time.advance(by: 60)
        let wish = try #require(
            try await retries(bench).request(tenantID: tenant, selection: RetrySelection(), classes: [.rejected, .expired], by: "key:1")
                .wish
        )
        #expect(wish.requested == 2 && wish.campaignID == nil)
        let again = try await retries(bench).request(
            tenantID: tenant,
            selection: RetrySelection(),
            classes: [.rejected, .expired],
            by: nil
        )
        #expect(again.wish?.id == wish.id)
        try await retryAll(bench)
        let queued = try await bench.client.query("SELECT id, priority FROM message_queue ORDER BY recipient")
        #expect(try queued.map { try $0.get("id") as UUID } == [fixture.ids[1], fixture.ids[2]])
        #expect(try queued.allSatisfy { try $0.get("priority") as Int == 1 })
        bench.gateway.answer { _ in .sent }
        try await bench.drainExpress()
        #expect(try await outcomes(bench) == ["sent": 3, "unknown": 1])
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
        let status = try await MessageStatusRepository(client: bench.client, time: time).status(tenantID: tenant, id: fixture.ids[1])
        #expect(status.state == .sent && status.events.map(\.type) == ["queued", "failed", "retried", "handed_over"])
        #expect(try await retries(bench).find(tenantID: tenant, id: wish.id).retried == 2)
    }

    @Test("what every kind of gateway says of a refusal has the class of refusals")
    func refusals() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let reasons = RefusalClass.allCases.map { "\($0.rawValue): 21211 not a number" } + ["550 5.1.1 no such user"]
        _ = try await MessageFixture.make(on: bench.client, tenantID: tenant, count: reasons.count, now: time.now)
        let left = Mutex(reasons)
        bench.gateway.answer { _ in .failed(reason: left.withLock { $0.removeLast() }) }
        try await bench.drainExpress()
        let classes = try await bench.client.query("SELECT DISTINCT \(sql: RetryClass.sql) AS class FROM delivery_events d")
        #expect(try classes.map { try $0.get("class") as String } == ["rejected"])
    }

    @Test("what is unknown comes back only when it is named, and what the gateway knows is not sent twice")
    func unknown() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await failed(bench, tenant)
        time.advance(by: 60)
        bench.gateway.state.withLock { $0.accepted[fixture.ids[3]] = 1 }
        _ = try await retries(bench).request(tenantID: tenant, selection: RetrySelection(), classes: [.unknown], by: nil)
        try await retryAll(bench)
        bench.gateway.answer { _ in .sent }
        try await bench.drainExpress()
        #expect(try await outcomes(bench) == ["sent": 2, "failed": 2])
        #expect(bench.gateway.accepted[fixture.ids[3]] == 1)
    }

    @Test("one message, one request, one channel; what has not failed or has expired is refused")
    func selections() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await failed(bench, tenant)
        let over = try await failed(bench, tenant, expiresAt: time.now.addingTimeInterval(30))
        time.advance(by: 60)
        #expect(try await retries(bench).request(tenantID: tenant, messageID: fixture.ids[1], by: nil).requested == 1)
        let selection = RetrySelection(requestID: fixture.requestID, channel: .email)
        #expect(
            try await retries(bench).request(tenantID: tenant, selection: selection, classes: RetryClass.failures, by: nil).wish?.requested
                == 2
        )
        let none = RetrySelection(channel: .sms)
        #expect(try await retries(bench).request(tenantID: tenant, selection: none, classes: RetryClass.allCases, by: nil).wish == nil)
        let refused: [(UUID, QueueError.Code)] = [
            (fixture.ids[0], .notFailed), (over.ids[1], .notFailed), (UUIDv7.make(at: time.now), .notFound),
        ]
        for (id, code) in refused {
            let error = await #expect(throws: QueueError.self) {
                _ = try await self.retries(bench).request(tenantID: tenant, messageID: id, by: nil)
            }
            #expect(error?.code == code)
        }
        let stranger = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let foreign = await #expect(throws: QueueError.self) {
            _ = try await self.retries(bench).request(
                tenantID: stranger,
                selection: RetrySelection(requestID: fixture.requestID),
                classes: RetryClass.allCases,
                by: nil
            )
        }
        #expect(foreign?.code == .notFound)
    }
}
