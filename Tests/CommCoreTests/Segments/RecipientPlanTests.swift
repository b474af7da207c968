import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Plans of the grid", .database)
struct RecipientPlanTests {
    private static let tenant = UUID()
    private static let list = UUID()
    private let now = Date(timeIntervalSince1970: 1_790_000_000)

    /// Enough contacts that reading all of them is the worse plan.
    private func seed() async throws {
        let owner = TestDatabase.current.client
        try await owner.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(Self.tenant), \(UUID()))")
        try await owner.execute(
            """
            INSERT INTO contacts (tenant_id, id, email, email_norm, name, language, attributes, tags, clicked_count, last_clicked_at, last_sent_at,
                                  sent_count, engagement_level, created_at, updated_at)
            SELECT \(Self.tenant), comm_message_id((extract(epoch FROM \(now)::timestamptz) * 1000)::bigint - n * 60000, n), 'user' || n || '@d' || n % 300 || '.test', 'user' || n || '@d' || n % 300 || '.test', 'Name ' || n,
                   CASE WHEN n % 200 = 0 THEN 'lv' ELSE 'lt' END, jsonb_build_object('code', 'K' || n), CASE WHEN n % 200 = 1 THEN '{vip}' ELSE '{}' END::text[],
                   (n % 200 = 2)::int, CASE WHEN n % 200 = 2 THEN \(now)::timestamptz - n * interval '1 minute' END,
                   \(now)::timestamptz - n * interval '1 minute', 1, CASE WHEN n % 200 = 2 THEN 'high' ELSE 'low' END,
                   \(now)::timestamptz - n * interval '1 minute', \(now)
              FROM generate_series(1, 20000) AS n
            """
        )
        try await owner.execute(
            "INSERT INTO lists (tenant_id, id, name, created_at) VALUES (\(Self.tenant), \(Self.list), 'Everybody', \(now))"
        )
        try await owner.execute(
            """
            INSERT INTO list_contacts (tenant_id, list_id, contact_id, created_at)
            SELECT tenant_id, \(Self.list), id, created_at FROM contacts WHERE tenant_id = \(Self.tenant) ORDER BY random()
            """
        )
        try await owner.execute("VACUUM ANALYZE list_contacts")
        try await owner.execute("VACUUM ANALYZE contacts")
        try await owner.execute("VACUUM ANALYZE contact_search")
        try await owner.execute("VACUUM ANALYZE contact_tags")
    }

    private func plan(_ statement: SQL) async throws -> String {
        try await TestDatabase.current.client(role: "comm_api").withTenant(Self.tenant) { connection in
            try await connection.query("EXPLAIN \(sql: statement)").map { try $0.get(0, as: String.self) }.joined(separator: "\n")
        }
    }

    @Test("no page reads all contacts, as comm_api under row-level security")
    func pages() async throws {
        try await seed()
        let day = try #require(FilterDate("2026-09-08"))
        let conditions: [FilterCondition] = [
            FilterCondition(.named(.status), .is, .text("engaged")), FilterCondition(.named(.engagement), .is, .text("high")),
            FilterCondition(.named(.emailDomain), .is, .text("d7.test")), FilterCondition(.named(.language), .is, .text("lv")),
            FilterCondition(.named(.tags), .anyOf, .texts(["vip"])), FilterCondition(.named(.lastClicked), .inLastDays, .days(3)),
            FilterCondition(.named(.email), .is, .text("user5@d5.test")), FilterCondition(.named(.name), .is, .text("Name 5")),
            FilterCondition(.named(.lastSent), .before, .date(day)),
            FilterCondition(.named(.created), .before, .date(day)),
        ]
        for condition in conditions {
            let search = RecipientSearch(tenantID: Self.tenant, filter: RecipientFilter(root: .condition(condition)), now: now)
            let order = RecipientOrder(.usual)
            let part = RecipientSegment(columns: RecipientColumn.usual, order: order, segment: .whole, cursor: nil, limit: 51)
            for statement in [part.select(search, offset: 0), part.selectNear(search, among: 1_000)] {
                let plan = try await plan(statement)
                #expect(!plan.contains("Seq Scan on contacts"), "\(condition.field.text):\n\(plan)")
            }
        }
    }

    @Test("every indexed order begins a page anywhere by a range of its index, without sorting")
    func orders() async throws {
        try await seed()
        let middle: [RecipientColumn: String] = [
            .name: "Name 5", .email: "user5", .emailDomain: "d5.test", .language: "lt", .source: "api", .computedStatus: "sent",
            .engagementLevel: "low",
        ]
        let never: [RecipientColumn] = [.lastDeliveredAt, .lastOpenedAt, .lastEngagementAt]
        for column in RecipientColumn.sortable where !never.contains(column) {
            for isDescending in [true, false] {
                let order = RecipientOrder(RecipientSort(terms: [.init(column, descending: isDescending)]))
                guard order.isIndexed else { continue }
                let cursor = order.keys.map { key -> String? in
                    switch key.type {
                    case .text: middle[column]
                    case .bigint: "5"
                    case .timestamptz: "2026-09-20 00:00:00+00"
                    case .uuid: "80000000-0000-4000-8000-000000000000"
                    }
                }
                let segment = order.segment(of: cursor)
                let search = RecipientSearch(tenantID: Self.tenant, filter: .all, now: now)
                let part = RecipientSegment(columns: [.id], order: order, segment: segment, cursor: cursor, limit: 51)
                let plan = try await plan(part.select(search, offset: 0))
                #expect(!plan.contains("Seq Scan on contacts") && !plan.contains("Sort"), "\(column) \(isDescending):\n\(plan)")
                let bound = order.keys.count > 1 ? "ROW(" : column == .email ? "email_norm" : "(id "
                #expect(plan.contains("Index Cond: ((tenant_id = ") && plan.contains(bound), "\(column):\n\(plan)")
            }
        }
    }

    @Test("the members of a list are walked in the order of age, from anywhere, without sorting")
    func membership() async throws {
        try await seed()
        let filter = RecipientFilter(root: .condition(FilterCondition(.named(.lists), .anyOf, .ids([Self.list]))))
        let search = RecipientSearch(tenantID: Self.tenant, filter: filter, now: now)
        let members = try #require(search.sets.first)
        for isDescending in [true, false] {
            let range = ContactRange(beyond: "80000000-0000-4000-8000-000000000000", isDescending: isDescending)
            let plan = try await plan(ContactSet.statement([members], range, most: 2_500))
            #expect(plan.contains("using list_contacts_") && plan.contains("(contact_id ") && !plan.contains("Sort"), "\(plan)")
        }
    }

    @Test("parts of texts and attributes are found by the index beside the contacts")
    func lookups() async throws {
        try await seed()
        let owner = TestDatabase.current.client
        for condition: SQL in ["document LIKE '%user123%'", "terms && '{code=K77}'"] {
            let rows = try await owner.query(
                "EXPLAIN SELECT contact_id FROM contact_search WHERE tenant_id = \(Self.tenant) AND \(sql: condition)"
            )
            let plan = try rows.map { try $0.get(0, as: String.self) }.joined(separator: "\n")
            #expect(plan.contains("contact_search_words"), "\(plan)")
        }
        let filter = RecipientFilter(root: .condition(FilterCondition(.attribute("code"), .is, .text("K77"))))
        let client = TestDatabase.current.client(role: "comm_api")
        let page = try await RecipientRepository(client: client, time: ManualTime(now))
            .page(tenantID: Self.tenant, RecipientQuery(filter: filter, columns: [.email]))
        #expect(page.rows.count == 1 && page.total.count == 1)
    }
}
