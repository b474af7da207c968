import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("The operator's suppressions", .database)
struct GlobalSuppressionTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    private var list: GlobalSuppressionRepository {
        GlobalSuppressionRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
    }

    private func suppress(_ drafts: SuppressionDraft...) async throws {
        for draft in drafts { _ = try await list.add(draft) }
    }

    @Test("keep back campaigns, newsletters and receipts of every tenant, and other channels")
    func everyPath() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 4, now: time.now)
        let other = try await RequestFixture(client: bench.client, time: time)
        let requests = try await RequestFixture(client: bench.client, time: time, tenantID: fixture.tenantID)
        try await bench.expandAll()
        let newsletters = try await requests.enqueue(["person1@example.com", "somebody@example.com"], channel: .email, priority: .campaign)
        let receipts = try await other.enqueue(["Person1@Example.com", "x@other.example", "person2@example.com"], channel: .email)
        try await suppress(
            SuppressionDraft(email: "Person1@example.com", reason: "spam_trap"),
            SuppressionDraft(domain: "OTHER.example", reason: "postmaster"),
            SuppressionDraft(email: "person2@example.com", expiresAt: time.now.addingTimeInterval(60))
        )
        time.advance(by: 60)
        try await bench.drain()
        try await bench.drainExpress()
        #expect(try await bench.outcomes(of: fixture) == ["sent": 3, "suppressed:spam_trap": 1])
        #expect(try await requests.outcomes(newsletters) == ["suppressed:spam_trap", "sent"])
        #expect(try await other.outcomes(receipts) == ["suppressed:spam_trap", "suppressed:postmaster", "sent"])

        try await suppress(SuppressionDraft(address: "+41791234567", channel: "sms"))
        let check = SuppressionRepository(client: TestDatabase.current.client(role: "comm_api"), time: time)
        let number = try #require(ChannelAddress("+41791234567", channel: .sms))
        #expect(try await check.isSuppressed(tenantID: other.tenantID, address: number))
        #expect(try await !check.isSuppressed(tenantID: other.tenantID, email: "person2@example.com"))
    }

    @Test("are left out where an audience is counted, and named where a recipient is explained")
    func explained() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 3, now: time.now)
        try await suppress(SuppressionDraft(email: "person1@example.com", reason: "spam_trap"))
        let audience = AudienceSnapshotRepository.audience(tenantID: fixture.tenantID, campaignID: fixture.campaignID, now: time.now)
        let mailed: Int = try await bench.client.query(
            "SELECT count(*) AS n FROM \(sql: audience) WHERE \(sql: AudienceSnapshotRepository.isMailed)"
        )[0].get("n")
        #expect(mailed == 2)
        let named = try await bench.client.query(
            "SELECT suppression.scope, suppression.source FROM \(sql: audience) WHERE suppression.scope IS NOT NULL"
        )
        #expect(try named.map { "\(try $0.get("scope") as String) \(try $0.get("source") as String)" } == ["global operator"])
    }

    @Test("are replaced by the same address, paged, searched, taken off, and gone after their end")
    func list() async throws {
        for number in 1...5 {
            time.advance(by: 1)
            try await suppress(SuppressionDraft(email: "p\(number)@example.com"))
        }
        let first = try await list.page(limit: 3)
        #expect(first.entries.map(\.address) == ["p5@example.com", "p4@example.com", "p3@example.com"])
        let second = try await list.page(limit: 3, after: first.next)
        #expect(second.entries.map(\.address) == ["p2@example.com", "p1@example.com"] && second.next == nil)
        let end = time.now.addingTimeInterval(3_600)
        let changed = try await list.add(SuppressionDraft(email: "P1@example.com", reason: "trap", note: "seen", expiresAt: end))
        #expect(changed.id == second.entries[1].id && changed.reason == "trap" && changed.note == "seen" && changed.expiresAt == end)
        #expect(try await list.page(search: "P1@").entries.map(\.id) == [changed.id])
        try await list.remove(id: first.entries[0].id)
        #expect(try await list.page().entries.count == 4)
        await #expect(throws: ComplianceError(.notFound, "Suppression not found")) { try await list.remove(id: first.entries[0].id) }
        time.advance(by: 3_600)
        #expect(try await list.page().entries.count == 3)
        _ = try await SuppressionExpiry(client: TestDatabase.current.client(role: "comm_worker"), time: time).run()
        #expect(try await TestDatabase.current.client.query("SELECT FROM global_suppressions").count == 3)
    }

    @Test("are of an address or a domain, with the same checks as a tenant's")
    func refused() async throws {
        for (draft, field) in [
            (SuppressionDraft(email: "nobody"), "email"), (SuppressionDraft(), "email"),
            (SuppressionDraft(email: "a@example.com", scope: "marketing"), "scope"),
            (SuppressionDraft(address: "12", channel: "sms"), "address"), (SuppressionDraft(domain: "a b"), "domain"),
            (SuppressionDraft(email: "a@example.com", expiresAt: time.now), "expires_at"),
        ] {
            do {
                _ = try await list.add(draft)
                Issue.record("\(draft) was taken")
            } catch let error as ComplianceError {
                #expect(error.code == .invalid && error.problems.map(\.field) == [field])
            }
        }
    }
}
