import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Whoever locks people and counters takes the people first", .database)
struct LockOrderTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    /// Until another transaction waits for a lock.
    private func untilSomebodyWaits(_ client: PostgresClient) async throws {
        let query: SQL = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        try await waitUntil(timeout: .seconds(120), "somebody to wait") { try await !client.query(query).isEmpty }
    }

    @Test(
        "a batch of events that waits for a person holds no campaign's counters meanwhile",
        .timeLimit(.minutes(5)),
        arguments: ["delivered", "complained", "bounced"]
    )
    func events(type: String) async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        try await bench.process()
        let message = bench.messages[0]
        try await bench.put([bench.report(type, message, at: time.now, more: #","smtp_code":"550""#)])
        let processor = InboxProcessor(client: bench.worker, time: time, logger: .silent)
        let batch = try await bench.client.withTransaction { connection in
            // As somebody unsubscribes: the person first, and behind that the counters.
            try await connection.execute("SELECT FROM contacts WHERE id = \(message.contactID) FOR UPDATE")
            let batch = Task { try await processor.processBatch() }
            try await untilSomebodyWaits(bench.client)
            try await connection.execute(
                "UPDATE campaign_delivery_metrics SET updated_at = \(time.now) WHERE campaign_id = \(bench.fixture.campaignID)"
            )
            return batch
        }
        #expect(try await batch.value == 1)
        #expect(try await bench.differences() == [])
    }

    @Test("an entry that is made by hand waits for the person before it is written", .timeLimit(.minutes(5)))
    func suppressions() async throws {
        let bench = try await ReportBench.make(contacts: 1, time: time)
        let (tenant, contact) = (bench.fixture.tenantID, bench.messages[0].contactID)
        let rows = try await bench.client.query("SELECT email FROM contacts WHERE id = \(contact)")
        let email: String = try rows.one { try $0.get("email") }
        let repository = SuppressionRepository(client: bench.api, time: time)
        let adding = try await bench.client.withTransaction { connection in
            try await connection.execute("SELECT FROM contacts WHERE id = \(contact) FOR UPDATE")
            let adding = Task { try await repository.add(tenantID: tenant, draft: SuppressionDraft(email: email)) }
            try await untilSomebodyWaits(bench.client)
            // As a complaint would, that has the person already.
            try await connection.execute(
                """
                INSERT INTO suppressions (tenant_id, id, motorical_account_id, email, email_norm, reason, source, created_at)
                SELECT c.tenant_id, gen_random_uuid(), t.motorical_account_id, c.email, c.email_norm, 'complaint', 'test', \(time.now)
                FROM contacts c JOIN tenants t ON t.tenant_id = c.tenant_id WHERE c.id = \(contact)
                """
            )
            return adding
        }
        _ = try await adding.value
        let found = try await bench.client.query("SELECT reason FROM suppressions WHERE tenant_id = \(tenant)")
        #expect(try found.map { try $0.get("reason") as String } == ["complaint"])
    }
}
