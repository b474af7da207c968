import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Recipients of a campaign, and why", .database)
struct CampaignRecipientTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private var api: PostgresClient { TestDatabase.current.client(role: "comm_api") }
    private var repository: CampaignRecipientRepository { CampaignRecipientRepository(client: api, time: time) }

    @Test("pages hold every recipient once, before the campaign begins, in the middle and at the end")
    func paging() async throws {
        let bench = try SenderBench(time: time, chunkSize: 7)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 25, now: time.now, delaySeconds: 60)
        for stage in 0..<3 {
            let found = try await all(fixture, limit: 4)
            #expect(found.count == 25 && Set(found.compactMap(\.facts.contactID)).count == 25, "stage \(stage)")
            switch stage {
            case 0:
                #expect(found.allSatisfy { $0.facts.state == .audience && $0.reason?.code == .expansion })
                try await bench.expandAll()
                _ = try await bench.dispatcher.dispatchChunk()
            case 1:
                #expect(found.count { $0.facts.state == .sent } == 7)
                #expect(found.count { $0.facts.state == .queued } == 18)
                time.advance(by: 60)
                for _ in 0..<3 {
                    _ = try await bench.dispatcher.dispatchChunk()
                    time.advance(by: 60)
                }
            default: #expect(found.allSatisfy { $0.facts.state == .sent && $0.reason == nil })
            }
        }
        let page = try await repository.page(tenantID: fixture.tenantID, campaignID: fixture.campaignID, limit: 10)
        #expect(page.totalPotential == 25 && page.processed == 25 && page.remaining == 0)
        let stale = await campaignError {
            try await repository.page(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                limit: 10,
                after: .contact(UUID())
            )
        }
        #expect(stale?.code == .invalid)
    }

    @Test("each recipient says where it stands and why, and the filter finds those of a state")
    func reasons() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 6, now: time.now)
        try await bench.expandAll()
        try await bench.client.execute("UPDATE contacts SET deleted_at = now() WHERE email = 'person1@example.com'")
        try await bench.client.execute(
            """
            INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
            SELECT tenant_id, gen_random_uuid(), \(fixture.accountID), email, email_norm, 'complaint', 'webhook', \(time.now)
              FROM contacts WHERE email = 'person2@example.com'
            """
        )
        let until = time.now.addingTimeInterval(600)
        bench.gateway.answer { message in
            switch message.recipient {
            case "person3@example.com": .failed(reason: "550 no such user")
            case "person4@example.com": .deferred(until: until, reason: "451 later")
            default: .sent
            }
        }
        _ = try await bench.dispatcher.dispatchChunk()
        let found = Dictionary(uniqueKeysWithValues: try await all(fixture, limit: 100).map { ($0.facts.email, $0) })
        func why(_ person: Int) -> RecipientGate? { found["person\(person)@example.com"]?.reason }
        #expect(why(1)?.code == .outcome && why(1)?.value == "contact_deleted")
        #expect(why(2)?.value == "complaint" && why(2)?.detail.contains("by webhook") == true)
        #expect(why(3)?.detail == "failed: 550 no such user")
        #expect(why(4)?.code == .gateway)
        try await HeartbeatRepository(client: bench.client, time: time)
            .beat(instance: "a", gateway: "smtp", lanes: LaneMonitor(time: time).latest)
        let deferred = try await page(fixture, [.deferred])
        #expect(deferred.map(\.facts.email) == ["person4@example.com"])
        #expect(deferred.first?.reason?.code == .attempts && deferred.first?.reason?.until == until)
        #expect(deferred.first?.reason?.detail == "1 attempt; the last said: 451 later")
        #expect(try await page(fixture, [.sent]).count == 2)
        #expect(
            try await page(fixture, [.failed, .suppressed, .skipped]).map(\.facts.email).sorted()
                == [1, 2, 3].map { "person\($0)@example.com" }
        )
        #expect(try await page(fixture, [.unknown]).isEmpty)
    }

    @Test("one contact is found by the page that made its message, also where clocks put them in another order")
    func one() async throws {
        let bench = try SenderBench(time: time, chunkSize: 1_000)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 12_000, now: time.now)
        try await bench.client.execute(
            "UPDATE contacts SET attributes = '{\"timezone\":\"America/New_York\"}' WHERE email LIKE '%7@example.com'"
        )
        try await bench.client.execute("UPDATE campaigns SET send_at_local_time = true, timezone = 'UTC' WHERE id = \(fixture.campaignID)")
        try await bench.expandAll()
        #expect(try await bench.client.query("SELECT count(*) AS n FROM campaign_expansion_pages")[0].get("n") as Int == 2)
        for person in [1, 7, 9_999, 10_007, 12_000] {
            let id = try await contact(person, bench)
            let found = try await repository.recipient(tenantID: fixture.tenantID, campaignID: fixture.campaignID, contactID: id)
            #expect(found.facts.contactID == id && found.facts.state == .queued)
        }
        let stranger = UUIDv7.make(at: time.now)
        try await bench.client.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, created_at, updated_at)
            VALUES (\(fixture.tenantID), \(stranger), 's@example.com', 's@example.com', \(time.now), \(time.now))
            """
        )
        let outsider = try await repository.recipient(tenantID: fixture.tenantID, campaignID: fixture.campaignID, contactID: stranger)
        #expect(outsider.facts.state == .none && outsider.reason?.value == "not_a_member")
        let nobody = await campaignError {
            try await repository.recipient(tenantID: fixture.tenantID, campaignID: fixture.campaignID, contactID: UUID())
        }
        #expect(nobody?.code == .notFound)
    }

    @Test("another tenant sees nothing of it")
    func isolation() async throws {
        let bench = try SenderBench(time: time)
        let (mine, theirs) = (
            try await CampaignFixture.make(on: bench.client, contacts: 1, now: time.now),
            try await CampaignFixture.make(on: bench.client, contacts: 1, now: time.now)
        )
        let error = await campaignError { try await repository.page(tenantID: mine.tenantID, campaignID: theirs.campaignID, limit: 10) }
        #expect(error?.code == .notFound)
    }

    private func all(_ fixture: CampaignFixture, limit: Int) async throws -> [CampaignRecipient] {
        var found: [CampaignRecipient] = []
        var cursor: CampaignRecipientCursor?
        repeat {
            let page = try await repository.page(
                tenantID: fixture.tenantID,
                campaignID: fixture.campaignID,
                limit: limit,
                after: cursor
            )
            found += page.recipients
            cursor = page.next
        } while cursor != nil
        return found
    }

    private func page(_ fixture: CampaignFixture, _ states: Set<RecipientFacts.State>) async throws -> [CampaignRecipient] {
        try await repository.page(tenantID: fixture.tenantID, campaignID: fixture.campaignID, states: states, limit: 100).recipients
    }

    private func contact(_ person: Int, _ bench: SenderBench) async throws -> UUID {
        try await bench.client.query("SELECT id FROM contacts WHERE email = \("person\(person)@example.com")")[0].get("id")
    }
}
