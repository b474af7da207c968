import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("Statistics of people who are gone", .database)
struct DepartedTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    /// A campaign to six people, each with some of everything.
    private func bench() async throws -> ReportBench {
        let bench = try await ReportBench.make(contacts: 6, time: time)
        try await bench.process()
        let now = time.now
        try await bench.put(bench.messages.map { bench.report("delivered", $0, at: now) })
        time.advance(by: 3_600)
        let later = time.now
        try await bench.put(
            bench.messages.enumerated().flatMap { place, message in
                ReportBench.agents.enumerated().map { link, agent in
                    bench.click(message, link: link, at: later.addingTimeInterval(Double(place + 60 * link)), agent: agent, event: UUID())
                }
            }
        )
        try await bench.put([
            bench.report("complained", bench.messages[0], at: later), bench.report("bounced", bench.messages[1], at: later),
        ])
        try await bench.process()
        return bench
    }

    /// Everything that reports read, as lines of text.
    private func reports(_ bench: ReportBench) async throws -> [String: [String]] {
        let counter = AudienceCounter(client: bench.worker, time: time)
        time.advance(by: 1_000)
        while try await counter.step() {}
        var found: [String: [String]] = [:]
        for table in [
            "event_rollups", "domain_rollups", "cohort_rollups", "link_rollups", "timeline_rollups", "client_rollups", "audience_rollups",
        ] {
            let reach: SQL = table == "audience_rollups" ? "AND subject = 'reach'" : ""
            let rows = try await bench.client.query(
                """
                SELECT t::text AS line FROM \(identifier: table) t WHERE tenant_id = \(bench.fixture.tenantID) \(sql: reach) ORDER BY 1
                """
            )
            found[table] = try rows.map { try $0.get("line") }
        }
        return found
    }

    private func rebuild(_ bench: ReportBench) async throws {
        for campaign in try await bench.rebuilder.campaigns(of: bench.fixture.tenantID) {
            try await bench.rebuilder.rebuild(tenantID: bench.fixture.tenantID, campaignID: campaign)
        }
    }

    @Test("they stay as they were when contacts are deleted for good, one by one, in bulk or by retention; also when they are made again")
    func purged() async throws {
        let bench = try await bench()
        let before = try await reports(bench)
        #expect(before.values.allSatisfy { !$0.isEmpty })
        let tenant = bench.fixture.tenantID
        let people = bench.messages.map(\.contactID)
        let bulk = BulkOperations(client: bench.api, time: time, logger: .silent)
        try await RecycleBinRepository(client: bench.api, time: time).remove(tenantID: tenant, id: people[0])
        _ = try await bulk.submit(tenantID: tenant, .delete(reason: "test"), .ids([people[1], people[2]]), createdBy: "test")
        #expect(try await reports(bench) == before, "who is in the recycle bin was reached all the same")
        _ = try await bulk.submit(tenantID: tenant, .purge, .ids([people[1]]), createdBy: "test")
        _ = try await RetentionRepository(client: bench.api, time: time).update(tenantID: tenant, patch: RetentionPatch(deletedContacts: 1))
        time.advance(by: 2 * 86_400)
        while try await RetentionDuty(client: bench.worker, time: time).run() {}
        let left = try await bench.client.query("SELECT id FROM contacts WHERE tenant_id = \(tenant)")
        #expect(left.count == 3)
        let named = try await bench.client.query(
            "SELECT FROM email_events WHERE tenant_id = \(tenant) AND contact_id = ANY(\(Array(people.prefix(3)))::uuid[])"
        )
        #expect(named.isEmpty)
        #expect(try await reports(bench) == before)
        try await rebuild(bench)
        #expect(try await reports(bench) == before)
    }

    @Test("they stay as they were when somebody is erased, also when they are made again")
    func erased() async throws {
        let bench = try await bench()
        let before = try await reports(bench)
        let tenant = bench.fixture.tenantID
        let erasures = ErasureRepository(client: bench.api, time: time)
        for message in bench.messages.prefix(2) {
            let rows = try await bench.client.query("SELECT email FROM contacts WHERE id = \(message.contactID)")
            let email: String = try rows.one { try $0.get("email") }
            _ = try await erasures.request(tenantID: tenant, PersonAddress(email: email), confirm: email, requestedBy: "test")
        }
        let worker = ErasureWorker(client: bench.worker, time: time, logger: .silent)
        while try await worker.run() {}
        #expect(try await bench.client.query("SELECT FROM contacts WHERE tenant_id = \(tenant)").count == 4)
        let agents = try await bench.client.query(
            "SELECT FROM email_events WHERE tenant_id = \(tenant) AND contact_id IS NULL AND payload ? 'userAgent'"
        )
        #expect(agents.isEmpty)
        #expect(try await reports(bench) == before)
        try await rebuild(bench)
        #expect(try await reports(bench) == before)
    }
}
