import CommTesting
import Foundation
import Postgres
import Testing

@testable import CommCore

@Suite("What happens in the queue, told to readers of the feed", .database)
struct QueueFeedTests {
    private func submitter(_ bench: WebhookBench) -> MessageSubmitter {
        MessageSubmitter(
            client: bench.api,
            time: bench.time,
            compiler: MessageCompiler(pipeline: CompilePipeline(), trackingBase: "https://track.example.com"),
            bell: ExpressBell(client: bench.api)
        )
    }

    private var draft: MessageDraft {
        var draft = MessageDraft()
        (draft.content.subject, draft.content.text) = ("Taxi", "It is here")
        return draft
    }

    private func send(_ bench: WebhookBench, to address: String = "ann@example.com") async throws -> UUID {
        try await submitter(bench).submit(draft, to: MessageRecipientDraft(address: address), tenantID: bench.tenantID).id
    }

    private func cancel(_ bench: WebhookBench, _ id: UUID) async throws {
        try await MessageCancellation(client: bench.api, time: bench.time).cancel(tenantID: bench.tenantID, id: id)
    }

    private func told(_ server: StubServer) -> [String] { server.requests.map(\.told.type) }

    private func entries(_ bench: WebhookBench) async throws -> Int {
        try await bench.owner.query("SELECT count(*)::int AS n FROM event_feed")[0].get("n")
    }

    @Test("what is taken back is told to who is told of everything, what is queued to who names it only")
    func endpoints() async throws {
        let bench = try await WebhookBench()
        let server = try await StubServer.start { _ in .answer(204, "") }
        _ = try await bench.endpoint(server.base)
        let first = try await send(bench)
        try await cancel(bench, first)
        try await bench.drain(bench.dispatcher())
        #expect(told(server) == ["message.cancelled"] && server.requests[0].told.id == EventFact.id(of: first, .cancelled))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(server.requests[0].body)) as? [String: Any])
        let data = try #require(json["data"] as? [String: Any])
        #expect(data["message_id"] as? String == first.uuidString.lowercased() && data["source"] as? String == "queue")
        #expect(data["channel"] as? String == "email" && data["campaign_id"] == nil)

        let queue = try await StubServer.start { _ in .answer(204, "") }
        let named = try await bench.endpoint(queue.base, types: ["message.queued", "cancelled"])
        let second = try await send(bench)
        let many = ["bob@example.com", "cy@example.com"].map { MessageRecipientDraft(address: $0) }
        _ = try await submitter(bench).submit(draft, to: many, tenantID: bench.tenantID)
        try await cancel(bench, second)
        try await bench.drain(bench.dispatcher())
        #expect(told(queue) == ["message.queued", "message.queued", "message.queued", "message.cancelled"])
        #expect(queue.requests.first?.told.id == EventFact.id(of: second, .queued))
        #expect(Set(queue.requests.map(\.told.id)).count == 4)
        #expect(told(server) == ["message.cancelled", "message.cancelled"])

        try await bench.requests.resend(tenantID: bench.tenantID, endpointID: named.endpoint.id, eventID: first)
        try await bench.drain(bench.dispatcher())
        #expect(queue.requests.last?.told.id == EventFact.id(of: first, .cancelled) && queue.requests.count == 5)
        await #expect(throws: WebhookError.self) {
            try await bench.requests.resend(tenantID: bench.tenantID, endpointID: named.endpoint.id, eventID: UUID())
        }
        try await server.close()
        try await queue.close()
    }

    @Test("nothing is written where nobody reads; a stream that names it has messages told for a day")
    func streams() async throws {
        let bench = try await WebhookBench()
        let feed = EventFeedRepository(client: bench.api, time: bench.time)
        try await cancel(bench, try await send(bench))
        #expect(try await entries(bench) == 0)
        _ = try await feed.open(tenantID: bench.tenantID, for: FeedFilter(patterns: ["*"]))
        _ = try await send(bench)
        #expect(try await entries(bench) == 0)
        _ = try await feed.open(tenantID: bench.tenantID, for: FeedFilter(patterns: ["queued"]))
        let id = try await send(bench)
        let page = try await feed.page(tenantID: bench.tenantID, filter: FeedFilter(patterns: ["queued"]), after: 0, upTo: 100)
        #expect(page.entries.map(\.fact.id) == [EventFact.id(of: id, .queued)])
        #expect(try await feed.page(tenantID: bench.tenantID, filter: FeedFilter(patterns: ["*"]), after: 0, upTo: 100).entries.isEmpty)
        bench.time.advance(by: 86_401)
        _ = try await send(bench)
        #expect(try await entries(bench) == 1)
    }

    @Test("of a campaign each message is told when it is queued and when it is taken back, with its contact")
    func campaign() async throws {
        let sender = try SenderBench(time: ManualTime(Date(timeIntervalSince1970: 1_795_000_000)))
        let fixture = try await CampaignFixture.make(on: sender.client, contacts: 3, now: sender.time.now, chunkSize: 2)
        let worker = TestDatabase.current.client(role: "comm_worker")
        let feed = EventFeedRepository(client: sender.client, time: sender.time)
        let filter = FeedFilter(patterns: ["queued", "cancelled"])
        _ = try await feed.open(tenantID: fixture.tenantID, for: filter)
        let expander = CampaignExpander(client: worker, chunkSize: 100, time: sender.time, faults: .none, logger: .silent)
        while try await expander.step() {}
        // One of them leaves its chunk first.
        let one: UUID = try await sender.client.query("SELECT id FROM message_queue ORDER BY id LIMIT 1")[0].get("id")
        try await MessageCancellation(client: sender.client, time: sender.time).cancel(tenantID: fixture.tenantID, id: one)
        try await sender.client.execute("UPDATE campaigns SET status = 'cancelled'")
        let log = DeliveryLogRepository(client: worker, faults: .none)
        while try await log.recordCancelled(limit: 100, now: sender.time.now) > 0 {}
        let facts = try await feed.page(tenantID: fixture.tenantID, filter: filter, after: 0, upTo: 100).entries.map(\.fact)
        #expect(facts.map(\.type) == [String](repeating: "message.queued", count: 3) + [String](repeating: "message.cancelled", count: 3))
        #expect(Set(facts.map(\.id)).count == 6 && facts[3].eventID == one)
        #expect(facts.allSatisfy { $0.json.contains(fixture.campaignID.uuidString.lowercased()) && $0.json.contains("@example.com") })
    }
}
