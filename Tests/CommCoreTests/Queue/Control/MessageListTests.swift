import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("Messages are listed by key, newest first", .database)
struct MessageListTests {
    private let time = ManualTime(Date(timeIntervalSince1970: 1_795_000_000))

    /// Every message of a filter, page by page.
    private func all(_ client: PostgresClient, _ tenant: UUID, limit: Int = 3, _ change: (inout MessageFilter) -> Void = { _ in })
        async throws
        -> [MessageFacts]
    {
        var filter = MessageFilter()
        change(&filter)
        let list = MessageListRepository(client: client, time: time)
        var found: [MessageFacts] = []
        var cursor: MessageCursor?
        repeat {
            let page = try await list.page(tenantID: tenant, filter: filter, limit: limit, after: cursor)
            found += page.messages
            cursor = page.next
        } while cursor != nil
        return found
    }

    @Test("from the queue and from the log, in one order, by cursor; each message once")
    func pages() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        var fixtures: [MessageFixture] = []
        for priority in [Priority.emergency, .campaign, .transactional, .alert] {
            fixtures.append(try await MessageFixture.make(on: bench.client, tenantID: tenant, count: 4, priority: priority, now: time.now))
            time.advance(by: 60)
            if priority == .campaign { try await bench.drainExpress() }
        }
        let role = TestDatabase.current.client(role: "comm_api")
        for limit in [1, 3, 5, 200] {
            let found = try await all(role, tenant, limit: limit)
            #expect(found.map { $0.request?.id } == fixtures.reversed().flatMap { [UUID?](repeating: $0.requestID, count: 4) }, "\(limit)")
            #expect(Set(found.map(\.id)) == Set(fixtures.flatMap(\.ids)))
        }
        let other = try await MessageFixture.tenant(on: bench.client, now: time.now)
        #expect(try await all(role, other).isEmpty)
    }

    @Test("by request, tag, source, channel, recipient, state, gateway and time")
    func filters() async throws {
        let bench = try SenderBench(time: time)
        let (client, tenant) = (bench.client, try await MessageFixture.tenant(on: bench.client, now: time.now))
        let first = time.now
        let tagged = try await MessageFixture.make(on: client, tenantID: tenant, count: 2, now: time.now, tags: ["blue", "red"])
        time.advance(by: 60)
        let sourced = try await MessageFixture.make(on: client, tenantID: tenant, now: time.now, source: ("order", "4711"))
        bench.gateway.answer { $0.recipient == "person2@example.com" ? .failed(reason: "550 no") : .sent }
        try await bench.drainExpress()
        time.advance(by: 60)
        let waiting = try await MessageFixture.make(on: client, tenantID: tenant, channel: "sms", now: time.now, gateway: "twilio")
        func ids(_ change: (inout MessageFilter) -> Void) async throws -> Set<UUID> { Set(try await all(client, tenant, change).map(\.id)) }
        #expect(try await ids { $0.tag = "red" } == Set(tagged.ids))
        #expect(try await ids { $0.tag = "green" }.isEmpty)
        #expect(try await ids { ($0.sourceType, $0.sourceID) = ("order", "4711") } == Set(sourced.ids))
        #expect(try await ids { $0.requestID = tagged.requestID } == Set(tagged.ids))
        #expect(try await ids { $0.channel = .sms } == Set(waiting.ids))
        #expect(try await ids { $0.recipient = "Person2@Example.com" } == [tagged.ids[1]])
        #expect(try await ids { $0.states = [.failed] } == [tagged.ids[1]])
        #expect(try await ids { $0.states = [.queued] } == Set(waiting.ids))
        #expect(try await ids { $0.states = [.sent, .queued] } == [tagged.ids[0], sourced.ids[0], waiting.ids[0]])
        #expect(try await ids { $0.gateway = "twilio" } == Set(waiting.ids))
        #expect(try await ids { $0.messageType = "receipt" }.count == 4)
        #expect(try await ids { $0.from = first.addingTimeInterval(30) } == Set(sourced.ids + waiting.ids))
        #expect(try await ids { $0.to = first.addingTimeInterval(30) } == Set(tagged.ids))
        #expect(try await ids { ($0.isDeadLetter, $0.failure) = (true, .rejected) } == [tagged.ids[1]])
        #expect(try await ids { ($0.isDeadLetter, $0.failure) = (true, .expired) }.isEmpty)
        let letter = try await all(client, tenant) { $0.isDeadLetter = true }
        #expect(letter.map(\.failure) == [.rejected])
    }

    @Test("a campaign's messages, its tests left out; one that has not begun has none")
    func campaign() async throws {
        let bench = try SenderBench(time: time)
        let fixture = try await CampaignFixture.make(on: bench.client, contacts: 7, now: time.now)
        #expect(try await all(bench.client, fixture.tenantID) { $0.campaignID = fixture.campaignID }.isEmpty)
        try await bench.expandAll()
        let before = try await all(bench.client, fixture.tenantID) { $0.campaignID = fixture.campaignID }
        #expect(before.count == 7 && before.allSatisfy { $0.state(now: time.now) == .queued })
        try await bench.drain()
        let after = try await all(bench.client, fixture.tenantID) { ($0.campaignID, $0.states) = (fixture.campaignID, [.sent]) }
        #expect(after.map(\.id) == before.map(\.id))
        #expect(try await all(bench.client, fixture.tenantID).isEmpty)
    }

    @Test("a window full of what is not meant is passed over and leads on")
    func windows() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let old = try await MessageFixture.make(on: bench.client, tenantID: tenant, channel: "sms", now: time.now, tags: ["t"])
        time.advance(by: 1)
        _ = try await MessageFixture.make(
            on: bench.client,
            tenantID: tenant,
            count: MessageListRepository.window + 50,
            now: time.now,
            tags: ["t"]
        )
        let list = MessageListRepository(client: bench.client, time: time)
        var filter = MessageFilter()
        filter.channel = .sms
        let first = try await list.page(tenantID: tenant, filter: filter)
        #expect(first.messages.isEmpty && first.next != nil)
        #expect(try await all(bench.client, tenant) { ($0.channel, $0.tag) = (.sms, "t") }.map(\.id) == old.ids)
    }

    @Test("under row-level security every lookup is one by key")
    func plans() async throws {
        let bench = try SenderBench(time: time)
        let tenant = try await MessageFixture.tenant(on: bench.client, now: time.now)
        let fixture = try await MessageFixture.make(
            on: bench.client,
            tenantID: tenant,
            count: 2_000,
            priority: .campaign,
            now: time.now,
            tags: ["t"]
        )
        // Ids of one moment have no order of their own.
        let middle = fixture.ids.sorted()[1_000]
        try await bench.client.execute("UPDATE message_queue SET due_at = due_at + interval '1 day' WHERE id > \(middle)")
        try await bench.drainExpress()
        try await bench.client.execute("ANALYZE delivery_events, message_queue, message_requests, message_request_tags")
        let role = TestDatabase.current.client(role: "comm_api")
        var filters = [MessageFilter(), MessageFilter(), MessageFilter()]
        filters[0].recipient = "person5@example.com"
        filters[1].requestID = fixture.requestID
        filters[2].isDeadLetter = true
        for filter in filters {
            let query = MessageListQuery(tenantID: tenant, filter: filter, after: nil, window: 50)
            let plan = try await role.withTenant(tenant) { connection in
                let page = try #require(try await query.page(on: connection))
                return try await connection.query("EXPLAIN \(sql: page.statement)").map { try $0.get(0) as String }.joined(separator: "\n")
            }
            // Partitions without a row may be read as a whole.
            let tables = ["delivery_events_202611"] + (filter.recipient == nil ? ["message_queue_p3"] : [])
            for table in tables { #expect(!plan.contains("Seq Scan on \(table)"), "\(plan)") }
        }
    }
}
