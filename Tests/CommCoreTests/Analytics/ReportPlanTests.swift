import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Plans of reports behind row-level security", .database)
struct ReportPlanTests {
    private let owner = TestDatabase.current.client
    private let api = TestDatabase.current.client(role: "comm_api")
    private let tenant = UUID(uuidString: "00000000-0000-7000-8000-0000000000aa") ?? UUID()
    private let campaign = UUID(uuidString: "00000000-0000-7000-8000-0000000000bb") ?? UUID()

    /// Enough rows of a tenant and its neighbour that a scan of all is never the cheapest.
    private func seed() async throws {
        for (tenant, campaign) in [(tenant, campaign), (UUID(), UUID())] {
            try await owner.execute(
                """
                INSERT INTO tenants (tenant_id, motorical_account_id, created_at, updated_at) VALUES (\(tenant), gen_random_uuid(), now(), now())
                """
            )
            try await owner.execute(
                """
                INSERT INTO event_rollups (tenant_id, scope, scope_id, provider, bucket_at, delivered)
                SELECT \(tenant), s, CASE s WHEN 0 THEN \(tenant)::uuid ELSE \(campaign)::uuid END, p,
                       '2026-01-01 00:00+00'::timestamptz + n * interval '15 minutes', 1
                FROM generate_series(0, 1) s, unnest(ARRAY['', 'gmail', 'other']) p, generate_series(0, 3000) n
                """
            )
            try await owner.execute(
                """
                INSERT INTO domain_rollups (tenant_id, campaign_id, domain, sent)
                SELECT \(tenant), \(campaign), 'd' || n || '.example', n FROM generate_series(1, 5000) n
                """
            )
            try await owner.execute(
                """
                INSERT INTO email_events (tenant_id, id, bucket_at, type, campaign_id, contact_id, message_id, source, payload, occurred_at,
                                          received_at)
                SELECT \(tenant), gen_random_uuid(), date_trunc('month', now()),
                       CASE WHEN n % 100 = 0 THEN 'unsubscribed' WHEN n % 10 = 0 THEN 'clicked' ELSE 'delivered' END,
                       \(campaign), gen_random_uuid(), gen_random_uuid(), 'x', '{}', now() - n * interval '1 minute', now()
                FROM generate_series(1, 20000) n
                """
            )
        }
        for table in ["event_rollups", "domain_rollups", "email_events"] { try await owner.execute("ANALYZE \(raw: table)") }
    }

    private func plan(_ sql: SQL) async throws -> String {
        try await api.withTenant(tenant) { connection in
            try await connection.query("EXPLAIN (COSTS OFF) \(sql: sql)").map { try $0.get(0) as String }.joined(separator: "\n")
        }
    }

    private func event(_ condition: SQL) -> SQL {
        "SELECT * FROM email_events e WHERE e.tenant_id = \(tenant) AND \(sql: condition) ORDER BY e.occurred_at DESC, e.id DESC LIMIT 100"
    }

    @Test("every way into counts and events goes by an index")
    func byIndex() async throws {
        try await seed()
        let (from, to) = (Date(timeIntervalSince1970: 1_767_225_600), Date(timeIntervalSince1970: 1_767_312_000))
        let cases: [(name: String, sql: SQL, index: String)] = [
            (
                "totals",
                """
                SELECT \(raw: ReportCounts.sums) FROM event_rollups r WHERE r.tenant_id = \(tenant) AND r.scope = 0 AND r.scope_id = \(tenant)
                AND r.provider = \("") AND r.bucket_at >= \(from) AND r.bucket_at < \(to)
                """,
                "event_rollups_pkey"
            ),
            (
                "domains",
                """
                SELECT * FROM domain_rollups r WHERE r.tenant_id = \(tenant) AND r.campaign_id = \(campaign)
                ORDER BY r.sent DESC, r.domain LIMIT 50
                """,
                "domain_rollups_largest"
            ),
            ("newest", event("true"), "email_events_\\d+_tenant_id_occurred_at_id_idx"),
            ("clicks", event("e.campaign_id = \(campaign) AND e.type = 'clicked'"), "email_events_\\d+_tenant_id_campaign_id_occurred_at"),
            ("unsubscribes", event("e.type = 'unsubscribed'"), "email_events_\\d+_tenant_id_(type_)?occurred_at"),
            ("person", event("e.contact_id = \(UUID())"), "email_events_\\d+_tenant_id_contact_id_occurred_at"),
        ]
        for (name, sql, index) in cases {
            let plan = try await plan(sql)
            #expect(!plan.contains("Seq Scan on event_rollups") && !plan.contains("Seq Scan on domain_rollups"), "\(name)\n\(plan)")
            #expect(!plan.contains(try Regex("Seq Scan on email_events_\(Self.month)")), "\(name)\n\(plan)")
            #expect(plan.contains(try Regex(index)), "\(name)\n\(plan)")
        }
    }

    /// The partition that holds the rows.
    private static var month: String {
        let parts = Calendar(identifier: .gregorian).dateComponents(in: .gmt, from: Date())
        return "\(parts.year ?? 0)" + ((parts.month ?? 0) < 10 ? "0" : "") + "\(parts.month ?? 0)"
    }
}
