import CommTesting
import Foundation
import HTTPTypes
import Logging
import Postgres
import Testing

@testable import CommCore
@testable import comm_api

@Suite("Single messages over REST", .database)
struct MessageStatusAPITests {
    private func make(_ client: APIClient, count: Int = 1, tags: [String] = [], channel: String = "email") async throws -> MessageFixture {
        try await MessageFixture.make(
            on: client.database,
            tenantID: client.tenantID,
            count: count,
            channel: channel,
            now: client.time.now,
            source: ("order", "4711"),
            tags: tags,
            metadata: #"{"order":4711}"#
        )
    }

    @Test("a message tells where it stands, what happened to it and why it waits")
    func get() async throws {
        try await withAPI { client in
            let fixture = try await make(client, tags: ["blue"])
            let path = "/api/v1/messages/\(fixture.ids[0])"
            let waiting = try await client.send(.get, path)
            #expect(waiting.status == 200 && waiting.string("data.state") == "queued", "\(waiting.text)")
            #expect(waiting.string("data.blocked_by[0].code") == "no_sender")
            #expect(waiting.string("data.priority") == "P4" && waiting.string("data.message_type") == "receipt")
            #expect(waiting.string("data.source_type") == "order" && waiting.string("data.tags[0]") == "blue")
            #expect(waiting.number("data.metadata.order") == 4711 && waiting.string("data.events[0].type") == "queued")
            _ = try await client.send(.post, "/api/email-reliability/queue/pause", #"{"reason":"typo"}"#)
            let held = try await client.send(.get, path)
            #expect(held.string("data.blocked_by[0].code") == "queue_paused" && held.string("data.why")?.contains("typo") == true)
            _ = try await client.send(.post, "/api/email-reliability/queue/resume", "{}")
            try await TestSender().runTests(client)
            let now = client.time.now
            let bounced = Event(
                type: .bounced,
                tenantID: client.tenantID,
                campaignID: nil,
                contactID: nil,
                messageID: fixture.ids[0],
                source: "ses",
                occurredAt: now,
                payload: #"{"reason":"mailbox full"}"#
            )
            try await client.database.withTransaction { _ = try await EventRecorder().record([bounced], on: $0, now: now) }
            for face in [path, "/api/email-reliability/queue/jobs/\(fixture.ids[0])"] {
                let after = try await client.send(.get, face)
                #expect(after.string("data.state") == "bounced" && after.string("data.gateway") == "test", "\(after.text)")
                #expect(after.string("data.why") == "mailbox full" && after.value("data.blocked_by[0]") == nil)
                let types = (0..<3).map { after.string("data.events[\($0)].type") }
                #expect(types == ["queued", "handed_over", "bounced"] && after.string("data.events[2].payload.reason") == "mailbox full")
            }
        }
    }

    @Test("what was sent by either name is found by its uuid")
    func sent() async throws {
        try await withAPI { client in
            for path in ["/api/v1/messages", "/api/email-reliability/queue/send"] {
                let body = """
                    {"recipient":"ann@example.com","message_type":"password_reset","subject":"Hello","body":"Code 1","tags":["a"]}
                    """
                let reply = try await client.send(.post, path, body)
                #expect(reply.status == 202, "\(reply.text)")
                let found = try await client.send(.get, "/api/v1/messages/\(reply.id("data.uuid"))")
                #expect(found.string("data.state") == "queued" && found.string("data.message_type") == "password_reset", "\(found.text)")
            }
            #expect(try await client.send(.get, "/api/v1/messages?tag=a").value("data.messages[1]") != nil)
        }
    }

    @Test("a campaign's message is found the same way, with what holds its campaign back")
    func campaign() async throws {
        try await withAPI { client in
            let (campaign, _) = try await RecipientMessageTests.scheduled(client)
            let sender = TestSender()
            try await sender.expand(client)
            let id: UUID = try await client.database.query("SELECT id FROM message_queue")[0].get("id")
            _ = try await client.send(.post, "/api/email-reliability/queue/pause", #"{"scope":"campaign","campaign_id":"\#(campaign)"}"#)
            let waiting = try await client.send(.get, "/api/v1/messages/\(id)")
            #expect(waiting.string("data.state") == "queued" && waiting.string("data.blocked_by[0].code") == "paused", "\(waiting.text)")
            _ = try await client.send(.post, "/api/email-reliability/queue/resume", #"{"scope":"campaign","campaign_id":"\#(campaign)"}"#)
            try await sender.run(client)
            let sent = try await client.send(.get, "/api/v1/messages/\(id)")
            #expect(sent.string("data.state") == "sent" && sent.value("data.priority") == .null)
            let list = try await client.send(.get, "/api/v1/messages?campaign_id=\(campaign)&state=sent")
            #expect(try list.id("data.messages[0].uuid") == id && list.value("data.next_cursor") == .null)
            try await client.send(.get, "/api/v1/messages?campaign_id=\(UUID())").expectProblem(404)
        }
    }

    @Test("what waits is taken back; what has left, is in hand or is nobody's is refused with the reason")
    func cancel() async throws {
        try await withAPI { client in
            let fixture = try await make(client, count: 3)
            let cancelled = try await client.send(.delete, "/api/v1/messages/\(fixture.ids[0])")
            #expect(cancelled.status == 200 && cancelled.string("data.state") == "cancelled", "\(cancelled.text)")
            let again = try await client.send(.delete, "/api/v1/messages/\(fixture.ids[0])")
            again.expectProblem(409, code: "message_left")
            #expect(again.string("state") == "cancelled")
            let path = "/api/email-reliability/queue/jobs/\(fixture.ids[1])"
            let key: HTTPFields = [.idempotencyKey: "cancel-1"]
            for _ in 0..<2 { #expect(try await client.send(.post, path + "/cancel", headers: key).status == 200) }
            let queue = ExpressRepository(client: client.database)
            _ = try await queue.claim(priority: 4, limit: 10, after: nil, lease: 60, now: client.time.now)
            let inHand = try await client.send(.delete, "/api/email-reliability/queue/jobs/\(fixture.ids[2])")
            inHand.expectProblem(409, code: "message_in_flight")
            #expect(inHand.string("state") == "sending")
            try await client.send(.delete, "/api/v1/messages/\(UUID())").expectProblem(404)
            try await client.send(.get, "/api/v1/messages/nonsense").expectProblem(400, field: "id")
            let note = try await client.send(.get, "/api/audit?resource_type=message")
            #expect(note.text.contains("cancelled") && note.text.contains(fixture.ids[0].uuidString.lowercased()), "\(note.text)")
        }
    }

    @Test("a message shows what stands behind it, which is found, taken back and not tried again beside it")
    func fallback() async throws {
        try await withAPI { client in
            let body = #"""
                {"recipient":"ann@example.com","subject":"Taxi","body":"Here","fallback":[
                 {"channel":"sms","recipient":"+4915112345678","body":"Here"},
                 {"channel":"email","recipient":"bob@example.com","subject":"s","body":"b"}]}
                """#
            func send() async throws -> UUID { try await client.send(.post, "/api/v1/messages", body).id("data.uuid") }
            let first = try await send()
            let waiting = try await client.send(.get, "/api/v1/messages/\(first)")
            #expect(waiting.string("data.fallback.state") == "waiting", "\(waiting.text)")
            #expect(waiting.string("data.fallback.channel") == "sms" && waiting.value("data.fallback_of") == .null)
            let second = try waiting.id("data.fallback.uuid")
            let next = try await client.send(.get, "/api/v1/messages/\(second)")
            #expect(next.string("data.state") == "waiting" && next.string("data.blocked_by[0].code") == "waits_for_failure", "\(next.text)")
            #expect(try next.id("data.fallback_of") == first && next.string("data.recipient") == "+4915112345678")
            #expect(try await client.send(.get, "/api/v1/messages?state=waiting").value("data.messages[1]") != nil)
            let stranger = try await client.withNewTenant()
            try await stranger.send(.get, "/api/v1/messages/\(second)").expectProblem(404)
            try await stranger.send(.delete, "/api/v1/messages/\(second)").expectProblem(404)
            let gone = try await client.send(.delete, "/api/v1/messages/\(first)")
            #expect(gone.string("data.state") == "cancelled" && gone.string("data.fallback.state") == "cancelled", "\(gone.text)")
            try await client.send(.delete, "/api/v1/messages/\(second)").expectProblem(409, code: "message_left")

            let failed = try await send()
            try await TestSender(answer: .failed(reason: "550 no")).runTests(client)
            client.time.advance(by: 1)
            let refused = try await client.send(.post, "/api/email-reliability/queue/jobs/\(failed)/retry")
            refused.expectProblem(409, code: "fallback_used")
            let many = try await client.send(.post, "/api/email-reliability/queue/retry-failed", "{}")
            #expect(many.number("data.requested") == 0 && many.number("data.left_out.fallback_used") == 1, "\(many.text)")
        }
    }

    @Test("lists are narrowed by query, lead on by cursor, and name every mistake")
    func list() async throws {
        try await withAPI { client in
            let fixture = try await make(client, count: 3, tags: ["blue"])
            _ = try await make(client, channel: "sms")
            let first = try await client.send(.get, "/api/v1/messages?tag=blue&limit=2")
            #expect(first.value("data.messages[1]") != nil && first.value("data.messages[2]") == nil, "\(first.text)")
            let cursor = try #require(first.string("data.next_cursor"))
            let second = try await client.send(.get, "/api/v1/messages?tag=blue&limit=2&cursor=\(cursor)")
            #expect(second.value("data.messages[0]") != nil && second.value("data.messages[1]") == nil)
            #expect(
                try await client.send(.get, "/api/v1/messages?request_id=\(fixture.requestID)&state=queued,sent").text.contains("person3")
            )
            #expect(try await client.send(.get, "/api/v1/messages?channel=sms").value("data.messages[1]") == nil)
            #expect(try await client.send(.get, "/api/v1/messages?source_type=order&source_id=4711").value("data.messages[3]") != nil)
            for (query, field) in [
                ("state=lost", "state"), ("channel=fax", "channel"), ("source_id=1", "source_id"), ("cursor=x", "cursor"),
                ("limit=0", "limit"),
                ("campaign_id=\(UUID())&tag=x", "campaign_id"), ("request_id=x", "request_id"),
                ("created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z", "created_from"),
            ] {
                try await client.send(.get, "/api/v1/messages?\(query)").expectProblem(400, field: field)
            }
            // What went to a contact, whatever the channel.
            let contact = try await client.makeContact("person3@example.com")
            try await client.database.execute("UPDATE contacts SET phone = '+49 1511 2345678'")
            let text = #"{"channel":"sms","recipient":"+4915112345678","body":"Here"}"#
            _ = try await client.send(.post, "/api/v1/messages", text)
            let history = try await client.send(.get, "/api/v1/messages?contact_id=\(contact)")
            #expect(history.value("data.messages[1]") != nil && history.value("data.messages[2]") == nil, "\(history.text)")
            #expect(history.text.contains("+4915112345678") && history.text.contains("person3@example.com"))
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, "/api/v1/messages").value("data.messages[0]") == nil)
            try await stranger.send(.get, "/api/v1/messages?contact_id=\(contact)").expectProblem(404)
        }
    }

    @Test("counts of one's own queue by class and channel, under both names")
    func stats() async throws {
        try await withAPI { client in
            _ = try await make(client, count: 2)
            _ = try await make(client, channel: "sms")
            // A gateway that this installation has not: it fails at once.
            try await client.database.execute("UPDATE message_requests SET gateway = 'twilio' WHERE channel = 'sms'")
            try await TestSender().runTests(client)
            _ = try await make(client, count: 4)
            for path in ["/api/v1/messages/stats/queue", "/api/email-reliability/queue/stats"] {
                let stats = try await client.send(.get, path)
                #expect(stats.number("data.waiting") == 4 && stats.number("data.completed") == 2, "\(stats.text)")
                #expect(
                    stats.number("data.failed") == 1 && stats.number("data.by_priority.P4.waiting") == 4
                        && stats.number("data.by_priority.P0.waiting") == 0
                )
                #expect(
                    stats.string("data.by_gateway[0].gateway") == "test" && stats.value("data.by_gateway[1].gateway") == .null
                        && stats.value("data.is_lower_bound") == .bool(false)
                )
            }
            let channels = try await client.send(.get, "/api/v1/messages/stats/channels?hours=1")
            #expect(channels.string("data.channels[0].channel") == "email" && channels.number("data.channels[0].outcomes.sent") == 2)
            try await client.send(.get, "/api/v1/messages/stats/channels?hours=0").expectProblem(400, field: "hours")
            let stranger = try await client.withNewTenant()
            #expect(try await stranger.send(.get, "/api/v1/messages/stats/queue").number("data.queue.total") == 0)
        }
    }
}
