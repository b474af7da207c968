import CommTesting
import Foundation
import Logging
import Postgres
import Testing

@testable import CommCore

@Suite("Lists made of filters", .database)
struct FilteredListTests {
    private func members(_ list: UUID) async throws -> Set<UUID> {
        try await Set(
            TestDatabase.current.client.query("SELECT contact_id FROM list_contacts WHERE list_id = \(list) AND status = 'active'")
                .map { try $0.get("contact_id") }
        )
    }

    private func filler(_ time: ManualTime, pageSize: Int = 4) -> FilteredListFiller {
        FilteredListFiller(client: TestDatabase.current.client(role: "comm_worker"), time: time, logger: .silent, pageSize: pageSize)
    }

    private let isTagged = RecipientFilter(root: .condition(FilterCondition(.named(.tags), .anyOf, .texts(["vip"]))))

    @Test("a smart list follows its filter, a snapshot does not; an unsubscribe stays")
    func follows() async throws {
        let fixture = try await GridFixture.make(people: 20)
        let time = fixture.time
        let lists = FilteredListRepository(client: fixture.client, time: time)
        let people = fixture.people.map(\.id)
        try await fixture.owner.execute("UPDATE contacts SET tags = '{vip}' WHERE id = ANY(\(Array(people[0..<6])))")
        try await fixture.owner.execute("UPDATE contacts SET tags = '{}' WHERE id = ANY(\(Array(people[6...])))")
        let smart = try await lists.create(tenantID: fixture.tenantID, name: "Smart", filter: isTagged)
        let snapshot = try await lists.create(tenantID: fixture.tenantID, name: "Then", filter: isTagged, mode: .snapshot)
        #expect(smart.isFilled && smart.recipients == RecipientTotal(count: 6, isEstimate: false))
        #expect(smart.list.type == .smart && smart.list.description == "Filtered list: Smart" && snapshot.list.type == .snapshot)
        #expect(try await members(smart.list.id) == Set(people[0..<6]))
        #expect(try await members(snapshot.list.id) == Set(people[0..<6]))
        #expect(try await filler(time).step() == false)

        try await fixture.owner.execute("UPDATE contacts SET tags = '{}' WHERE id = ANY(\(Array(people[0..<3])))")
        try await fixture.owner.execute("UPDATE contacts SET tags = '{vip}' WHERE id = ANY(\(Array(people[10..<20])))")
        try await fixture.owner.execute(
            "UPDATE list_contacts SET status = 'unsubscribed' WHERE list_id = \(smart.list.id) AND contact_id IN (\(people[0]), \(people[4]))"
        )
        time.advance(by: FilteredListFiller.freshness + 1)
        var steps = 0
        while try await filler(time).step() { steps += 1 }
        #expect(steps == 6)
        #expect(try await members(smart.list.id) == Set(people[3..<4] + people[5..<6] + people[10..<20]))
        #expect(try await members(snapshot.list.id) == Set(people[0..<6]))
        let left = try await fixture.owner.query("SELECT 1 FROM list_contacts WHERE status = 'unsubscribed'")
        #expect(left.count == 2)
    }

    @Test("a list that is not filled yet is filled step by step, text filters too")
    func fills() async throws {
        let fixture = try await GridFixture.make(people: 20)
        let filter = RecipientFilter(root: .condition(FilterCondition(.named(.email), .contains, .text("ona"))))
        for mode in FilteredList.Mode.allCases {
            let made = try await FilteredListRepository(client: fixture.client, time: fixture.time)
                .create(tenantID: fixture.tenantID, name: mode.rawValue, filter: filter, mode: mode)
            let wanted = try await members(made.list.id)
            #expect(wanted == Set(fixture.people.filter { $0.email.contains("ona") }.map(\.id)))
            try await fixture.owner.execute("DELETE FROM list_contacts WHERE list_id = \(made.list.id)")
            try await fixture.owner.execute("UPDATE lists SET refreshed_at = NULL WHERE id = \(made.list.id)")
            while try await filler(fixture.time).step() {}
            #expect(try await members(made.list.id) == wanted && !wanted.isEmpty)
        }
    }

    @Test("a filter that cannot be read does not hold up others")
    func unreadable() async throws {
        let fixture = try await GridFixture.make(people: 3)
        try await fixture.owner.execute(
            """
            UPDATE lists SET filter_definition = '{"and":[{"field":"gone","op":"is","value":1}]}', type = 'smart' WHERE id = \(fixture.ids[0])
            """
        )
        let before = try await members(fixture.ids[0])
        #expect(try await filler(fixture.time).step() == false)
        #expect(try await members(fixture.ids[0]) == before)
    }

    @Test("what is wrong with name or description is told")
    func refuses() async throws {
        let fixture = try await GridFixture.make()
        let lists = FilteredListRepository(client: fixture.client, time: fixture.time)
        let error = await #expect(throws: SegmentError.self) { try await lists.create(tenantID: fixture.tenantID, name: " ", filter: .all) }
        #expect(error?.message == "List name is required")
    }
}
