import CommTesting
import Foundation
import Postgres
import Synchronization
import Testing

@testable import CommCore

@Suite("Trying failed messages again", .database)
struct CampaignRetryTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    @Test("only the named classes come back, under their ids; the balance is right at every moment and history is kept")
    func classes() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await failedCampaign(bench)
        #expect(
            try await bench.outcomes(of: fixture)
                == [
                    "sent": 6, "failed:550 5.1.1 no such user": 1, "failed:expired: 451 later": 1, "failed:invalidLink: link 1": 1,
                    "unknown:connection lost": 1,
                ]
        )
        #expect(try await bench.status(of: fixture) == "completed")
        let retries = RetryRepository(client: bench.client, time: time)
        time.advance(by: 60)
        let before = try await ids(of: fixture, bench)
        let wish = try #require(
            try await retries.request(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                classes: [.expired, .notRenderable],
                by: "key:x"
            )
        )
        #expect(wish.requested == 2)
        #expect(try await bench.status(of: fixture) == "sending")
        // While the wish is open the campaign does not end, and a second one is the first.
        try await bench.drain()
        #expect(try await bench.status(of: fixture) == "sending")
        let again = try await retries.request(
            tenantID: fixture.tenantID,
            campaignID: fixture.campaignID,
            classes: [.expired],
            by: nil
        )
        #expect(again?.id == wish.id)
        try await retryAll(bench)
        #expect(try await balance(of: fixture, bench) == [10, 6, 1, 1, 2])
        #expect(try await bench.live(of: fixture) == 2)
        bench.gateway.answer { _ in .sent }
        try await bench.drain()
        #expect(
            try await bench.outcomes(of: fixture) == ["sent": 8, "failed:550 5.1.1 no such user": 1, "unknown:connection lost": 1]
        )
        #expect(try await bench.status(of: fixture) == "completed")
        #expect(try await balance(of: fixture, bench) == [10, 8, 1, 1, 2])
        #expect(try await ids(of: fixture, bench) == before)
        let kept = try await bench.client.query("SELECT outcome, reason FROM delivery_attempts ORDER BY reason")
        #expect(try kept.map { try $0.get("reason") as String } == ["expired: 451 later", "invalidLink: link 1"])
        #expect(bench.gateway.accepted.values.allSatisfy { $0 == 1 })
    }

    @Test("what is not known to have left is tried again only when it is named, and what the gateway knows is not sent twice")
    func unknown() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await failedCampaign(bench)
        let retries = RetryRepository(client: bench.client, time: time)
        time.advance(by: 60)
        let lost: UUID = try #require(
            try await bench.client.query("SELECT id FROM delivery_events WHERE outcome = 'unknown'").first?.get("id")
        )
        bench.gateway.state.withLock { $0.accepted[lost] = 1 }
        _ = try await retries.request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: [.unknown], by: nil)
        try await retryAll(bench)
        bench.gateway.answer { _ in .sent }
        try await bench.drain()
        #expect(bench.gateway.accepted[lost] == 1)
        #expect(try await bench.outcomes(of: fixture)["sent"] == 7)
    }

    @Test("a message that fails again stays failed, and can be tried a third time")
    func failsAgain() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await failedCampaign(bench)
        let retries = RetryRepository(client: bench.client, time: time)
        for round in 1...2 {
            time.advance(by: 60)
            let wish = try await retries.request(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                classes: [.rejected],
                by: nil
            )
            #expect(wish?.requested == 1)
            try await retryAll(bench)
            try await bench.drain()
            #expect(try await bench.status(of: fixture) == "completed")
            let count = try await bench.client.query("SELECT count(*) AS count FROM delivery_attempts")[0].get("count") as Int
            #expect(count == round)
        }
    }

    @Test("an old message that is put off after a retry is not given up at once")
    func ageAnew() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await failedCampaign(bench)
        time.advance(by: 10 * 86_400)
        _ = try await RetryRepository(client: bench.client, time: time)
            .request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: [.expired], by: nil)
        try await retryAll(bench)
        bench.gateway.answer { [time] _ in .deferred(until: time.now.addingTimeInterval(3_600), reason: "451 later") }
        try await bench.drain()
        #expect(try await bench.live(of: fixture) == 1)
    }

    @Test("nothing is tried again of what has not begun or was cancelled; nothing failed, nothing happens")
    func refused() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 2, now: time.now)
        let retries = RetryRepository(client: bench.client, time: time)
        let early = await campaignError {
            try await retries.request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: [.other], by: nil)
        }
        #expect(early?.code == .illegalTransition)
        try await bench.expandAll()
        try await bench.drain()
        #expect(
            try await retries.request(tenantID: fixture.tenantID, campaignID: fixture.campaignID, classes: RetryClass.allCases, by: nil)
                == nil
        )
        #expect(try await bench.status(of: fixture) == "completed")
    }

    @Test(
        "every reason that a message fails for has its class",
        arguments: [
            ("550 5.1.1 no such user", RetryClass.rejected), ("expired: 451 4.2.2 full", .expired), ("content: spam", .rejected),
            ("invalidLink", .notRenderable),
            ("bodyTooLarge: the mail is larger", .notRenderable), ("stopped its sender 3 times", .senderStopped),
            ("campaign or artifact is gone", .contentMissing), ("5500 is not a reply", .other), ("something else", .other),
        ]
    )
    func reasons(reason: String, expected: RetryClass) async throws {
        let row = try await TestDatabase.current.client.query(
            "SELECT \(sql: RetryClass.sql) AS class FROM (SELECT 'failed' AS outcome, \(reason)::text AS reason) d"
        )[0]
        #expect(try row.get("class") as RetryClass == expected)
    }

    /// Ten recipients: six are sent to, four fail in four ways.
    private func failedCampaign(_ bench: SenderBench) async throws -> CampaignFixture {
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 10, now: time.now)
        bench.gateway.answer { message in
            switch message.recipient {
            case "person1@example.com": .failed(reason: "550 5.1.1 no such user")
            case "person2@example.com": .failed(reason: "expired: 451 later")
            case "person3@example.com": .failed(reason: "invalidLink: link 1")
            case "person4@example.com": .unknown(reason: "connection lost")
            default: .sent
            }
        }
        try await bench.expandAll()
        try await bench.drain()
        return fixture
    }

    private func retryAll(_ bench: SenderBench) async throws {
        let retrier = CampaignRetrier(client: bench.client, time: time, logger: .silent)
        while try await retrier.step() {}
    }

    private func ids(of fixture: CampaignFixture, _ bench: SenderBench) async throws -> Set<UUID> {
        let rows = try await bench.client.query("SELECT id FROM delivery_events WHERE campaign_id = \(fixture.campaignID)")
        return Set(try rows.map { try $0.get("id") as UUID })
    }

    /// planned, sent, failed, unknown, retried.
    private func balance(of fixture: CampaignFixture, _ bench: SenderBench) async throws -> [Int] {
        let row = try await bench.client.query(
            "SELECT planned, sent, failed, unknown, retried FROM campaign_delivery_metrics WHERE campaign_id = \(fixture.campaignID)"
        )[0]
        return try (0..<5).map { try row.get($0) }
    }
}
