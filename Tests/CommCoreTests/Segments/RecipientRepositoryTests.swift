import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Pages of the grid", .database)
struct RecipientRepositoryTests {
    @Test("every order is total: pages by cursor, there and back, are the whole", arguments: [true, false])
    func everyOrder(descending: Bool) async throws {
        let fixture = try await GridFixture.make(people: 45, seed: 3)
        for column in RecipientColumn.sortable {
            let sort = RecipientSort(terms: [.init(column, descending: descending)])
            try await check(sort, .all, fixture)
        }
    }

    @Test("several columns, each its own way, with missing values and a filter")
    func severalColumns() async throws {
        let fixture = try await GridFixture.make(people: 45, seed: 4)
        let filter = RecipientFilter(root: .not(.condition(FilterCondition(.named(.source), .is, .text("ab")))))
        for terms in [
            [("language", true), ("name", false)], [("computed_status", false), ("last_click_at", true), ("quality_index", false)],
            [("name", true), ("language", true)], [("list_count", true), ("email", false)],
        ] {
            var check = FieldCheck()
            let sort = RecipientSort(
                by: terms.map(\.0).joined(separator: ","),
                order: terms.map { $0.1 ? "desc" : "asc" }.joined(separator: ","),
                &check
            )
            #expect(check.problems.isEmpty)
            try await self.check(sort, filter, fixture)
        }
    }

    private func check(_ sort: RecipientSort, _ filter: RecipientFilter, _ fixture: GridFixture) async throws {
        func page(_ limit: Int, cursor: RecipientCursor? = nil, offset: Int = 0) async throws -> RecipientPage {
            let columns: [RecipientColumn] = [.id] + sort.terms.map(\.column)
            return try await fixture.recipients.page(
                tenantID: fixture.tenantID,
                RecipientQuery(filter: filter, sort: sort, columns: columns, limit: limit, offset: offset, cursor: cursor)
            )
        }
        let whole = try await page(1_000)
        let wanted = fixture.people.filter { $0.matches(filter.root, now: fixture.now) }
        #expect(Set(whole.rows.map(\.id)) == Set(wanted.map(\.id)) && whole.rows.count == wanted.count && whole.next == nil)
        let isInOrder = zip(whole.rows, whole.rows.dropFirst()).allSatisfy { Self.isOrdered($0, $1, sort) }
        #expect(isInOrder, "\(sort.signature)")
        var there = [try await page(7)]
        while let next = there.last?.next {
            there.append(try await page(7, cursor: next))
            guard there.count < 20 else { break }
        }
        #expect(there.flatMap { $0.rows.map(\.id) } == whole.rows.map(\.id), "\(sort.signature)")
        #expect(there.allSatisfy { $0.total == whole.total } && there.last?.hasMore == false)
        var back: [RecipientPage] = there.suffix(1)
        while let previous = back.last?.previous {
            back.append(try await page(7, cursor: previous))
            guard back.count < 20 else { break }
        }
        #expect(back.reversed().flatMap { $0.rows.map(\.id) } == whole.rows.map(\.id), "\(sort.signature) backwards")
        #expect(try await page(7, offset: 7).rows.map(\.id) == whole.rows.dropFirst(7).prefix(7).map(\.id), "\(sort.signature) offset")
        #expect(try await page(7, offset: 30).rows.map(\.id) == whole.rows.dropFirst(30).prefix(7).map(\.id), "\(sort.signature) offset")
    }

    /// Whether the second may follow the first; what is missing is smallest.
    private static func isOrdered(_ first: RecipientRow, _ second: RecipientRow, _ sort: RecipientSort) -> Bool {
        for term in sort.terms {
            let (low, high) = term.isDescending ? (second, first) : (first, second)
            guard let a = low.values[term.column], let b = high.values[term.column], a != b else { continue }
            switch (a, b) {
            case (.null, _): return true
            case (.text(let a), .text(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
            case (.integer(let a), .integer(let b)): return a < b
            case (.date(let a), .date(let b)): return a < b
            default: return false
            }
        }
        return true
    }

    @Test("a cursor of another order, or of none, is refused")
    func foreignCursor() async throws {
        let fixture = try await GridFixture.make(people: 5)
        let first = try await fixture.recipients.page(tenantID: fixture.tenantID, RecipientQuery(limit: 2))
        let next = try #require(first.next)
        #expect(RecipientCursor(next.text) == next)
        for text in ["", "x", "e30", "bnVsbA", next.text + "x"] { #expect(RecipientCursor(text) == nil || text.hasSuffix("x")) }
        let byName = RecipientSort(terms: [.init(.name, descending: true)])
        let forged = [
            RecipientCursor(sort: byName.signature, values: ["x"], isBackward: false, total: first.total),
            RecipientCursor(sort: byName.signature, values: ["x", "no id"], isBackward: false, total: first.total),
            RecipientCursor(sort: byName.signature, values: ["x", nil], isBackward: false, total: first.total), next,
        ]
        for cursor in forged {
            await #expect(throws: SegmentError.self) {
                try await fixture.recipients.page(tenantID: fixture.tenantID, RecipientQuery(sort: byName, cursor: cursor))
            }
        }
        let time = RecipientCursor(
            sort: RecipientSort.usual.signature,
            values: ["2026-13-99 00:00:00+00", UUID().uuidString],
            isBackward: false,
            total: first.total
        )
        await #expect(throws: SegmentError.self) {
            try await fixture.recipients.page(tenantID: fixture.tenantID, RecipientQuery(cursor: time))
        }
    }

    @Test("deleted contacts and those of others are never shown")
    func hidden() async throws {
        let fixture = try await GridFixture.make(people: 6)
        try await fixture.owner.execute("UPDATE contacts SET deleted_at = now() WHERE id = \(fixture.people[0].id)")
        let page = try await fixture.recipients.page(tenantID: fixture.tenantID, RecipientQuery())
        #expect(page.total.count == 5 && !page.rows.contains { $0.id == fixture.people[0].id })
        let stranger = UUID()
        try await fixture.owner.execute("INSERT INTO tenants (tenant_id, motorical_account_id) VALUES (\(stranger), \(UUID()))")
        for filter in [RecipientFilter.all, RecipientFilter(root: .condition(FilterCondition(.named(.email), .contains, .text("ona"))))] {
            let theirs = try await fixture.recipients.page(tenantID: stranger, RecipientQuery(filter: filter))
            #expect(theirs.rows.isEmpty && theirs.total.count == 0)
        }
    }

    @Test("the search functions know the transaction's tenant only")
    func searchFunctions() async throws {
        let fixture = try await GridFixture.make(people: 6)
        let find: SQL = "SELECT comm_contacts_containing('@', 100)"
        #expect(try await fixture.client.query(find, tenant: fixture.tenantID).count == 6)
        #expect(try await fixture.client.query(find, tenant: UUID()).isEmpty)
        #expect(try await fixture.client.query(find).isEmpty)
        await #expect(throws: PostgresError.self) {
            try await fixture.client.query("SELECT 1 FROM contact_search", tenant: fixture.tenantID)
        }
    }

    @Test("the file has everybody who matches, quoted, and nothing that a spreadsheet would run")
    func export() async throws {
        let fixture = try await GridFixture.make(people: 30, seed: 9)
        try await fixture.owner.execute("UPDATE contacts SET name = '=1+1, \"x\"' WHERE id = \(fixture.people[3].id)")
        let box = TextBox()
        let filter = RecipientFilter(root: .condition(FilterCondition(.named(.source), .isNot, .text("ab"))))
        try await RecipientExportRepository(client: fixture.client, time: fixture.time)
            .export(tenantID: fixture.tenantID, filter: filter) { await box.append($0) }
        let text = await box.text
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true)
        #expect(lines.first == "\u{FEFF}Email,Name,Status,Engagement,Quality,Date Added,Last Engagement,Suppression")
        let wanted = fixture.people.filter { $0.source != "ab" }
        #expect(lines.count == wanted.count + 1)
        for person in wanted { #expect(text.contains(person.email)) }
        if fixture.people[3].source != "ab" { #expect(text.contains("\"'=1+1, \"\"x\"\"\"")) }
    }
}
