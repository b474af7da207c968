import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Filters on the database", .database)
struct FilterPropertyTests {
    @Test("random trees find whom the same rules find in memory", arguments: [UInt64(11), 12, 13])
    func agrees(seed: UInt64) async throws {
        let fixture = try await GridFixture.make(people: 60, seed: seed)
        var random = SeededGenerator(seed: seed)
        let make = RandomFilter(ids: fixture.ids)
        var matched = 0
        for _ in 0..<150 {
            let tree = make.node(depth: 3, &random)
            try await compare(tree, fixture)
            matched += fixture.people.filter { $0.matches(tree, now: fixture.now) }.count
        }
        #expect(matched > 1_000, "too few matches to mean anything: \(matched)")
    }

    @Test("every field agrees with every operator that it has")
    func everyOperator() async throws {
        let fixture = try await GridFixture.make(people: 40, seed: 5)
        var random = SeededGenerator(seed: 5)
        let make = RandomFilter(ids: fixture.ids)
        var seen: Set<String> = []
        for _ in 0..<2_000 {
            let condition = make.condition(&random)
            guard seen.insert(condition.field.text + condition.comparison.rawValue).inserted else { continue }
            try await compare(.condition(condition), fixture)
        }
        let all = FilterField.Name.allCases.flatMap { name in FilterField.named(name).type.operators.map { name.rawValue + $0.rawValue } }
        #expect(Set(all).subtracting(seen).count < 12)
    }

    @Test("pages of several conditions are the same whichever way is taken, forward and back", arguments: [UInt64(21), 22])
    func everyWay(seed: UInt64) async throws {
        let fixture = try await GridFixture.make(people: 60, seed: seed)
        var random = SeededGenerator(seed: seed)
        let make = RandomFilter(ids: fixture.ids)
        var limits: [SearchLimits] = []
        for (candidates, ordered, besides) in [(3, 2, Int64(0)), (3, 2, 1_000), (10, 0, 0), (0, 0, 0)] {
            var few = SearchLimits()
            (few.mostCandidates, few.mostOrdered, few.fewBesides, few.walk, few.sortable) = (candidates, ordered, besides, 12, 5)
            limits.append(few)
        }
        var pages = 0
        for number in 0..<240 {
            let tree = FilterNode.and((0..<Int.random(in: 1...3, using: &random)).map { _ in .condition(make.condition(&random)) })
            let wanted = fixture.people.filter { $0.matches(tree, now: fixture.now) }.map(\.id).sorted { $0.uuidString > $1.uuidString }
            let limits = limits[number % limits.count]
            let recipients = RecipientRepository(client: fixture.client, time: ManualTime(fixture.now), limits: limits)
            var query = RecipientQuery(filter: RecipientFilter(root: tree), columns: [.id], limit: 4)
            var found: [UUID] = []
            var page = try await recipients.page(tenantID: fixture.tenantID, query)
            found += page.rows.map(\.id)
            while let next = page.next {
                query.cursor = next
                page = try await recipients.page(tenantID: fixture.tenantID, query)
                found += page.rows.map(\.id)
                pages += 1
            }
            #expect(found == wanted, "\(tree.json): \(found.count) of \(wanted.count)")
            guard let previous = page.previous else { continue }
            query.cursor = previous
            let back = try await recipients.page(tenantID: fixture.tenantID, query).rows.map(\.id)
            #expect(back == Array(wanted.dropLast(page.rows.count).suffix(back.count)) && !back.isEmpty, "\(tree.json)")
        }
        #expect(pages > 300, "too few pages to mean anything: \(pages)")
    }

    private func compare(_ tree: FilterNode, _ fixture: GridFixture) async throws {
        let wanted = Set(fixture.people.filter { $0.matches(tree, now: fixture.now) }.map(\.id))
        let filter = RecipientFilter(root: tree)
        let rows = try await fixture.client.query(
            """
            SELECT c.id FROM contacts c WHERE c.tenant_id = \(fixture.tenantID)
               AND \(sql: filter.condition(tenantID: fixture.tenantID, now: fixture.now))
            """,
            tenant: fixture.tenantID
        )
        let found = try Set(rows.map { try $0.get("id") as UUID })
        #expect(found == wanted, "\(tree.json): \(found.symmetricDifference(wanted).count) differ")
        // The grid finds the same, by whichever way it looks.
        let page = try await fixture.recipients.page(tenantID: fixture.tenantID, RecipientQuery(filter: filter, columns: [.id], limit: 100))
        #expect(Set(page.rows.map(\.id)) == wanted && page.total == RecipientTotal(count: Int64(wanted.count), isEstimate: false))
    }
}
